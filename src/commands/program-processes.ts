import { Option, type Command } from "commander";
import { childEnvironment, readFolders, readKeys, readSettings, type CommandLine, type Settings } from "../config.ts";
import type { ModelPlan } from "../model-child.ts";
import { keyNames } from "../outward.ts";
import { UserError } from "../user-error.ts";
import { launch, openLog, type Wiring, type World } from "./launch.ts";
import { runStart } from "./start.ts";
import { wholeNumber } from "./whole-number.ts";

/** Adds `start`, which runs when no command is named. */
export function addStart(program: Command, { world, run }: Wiring): void {
  pageOptions(
    program
      .command("start", { isDefault: true })
      .description("serve the chat page, and keep the index in step with the documents, until Ctrl-C")
      .allowExcessArguments(),
  ).action(
    run(async (_options, command: Command) => {
      // A word that is no command ends up here, as this is the command that needs no name.
      const [word] = command.args;
      if (word !== undefined) {
        throw new UserError(`There is no command "${word}"; hearth --help lists them, and hearth ask "…" answers`);
      }
      return runStart(launch(command, world), world.surroundings);
    }),
  );
}

function pageOptions(command: Command): Command {
  return command
    .option("--host <address>", 'where the page listens (default: "127.0.0.1", this machine only)')
    .option("--port <number>", "the page's port (default: 4780)", wholeNumber);
}

/**
 * Adds the two halves of `start`, each by itself, as containers run them. Each loads its own code only: the edge may not load the
 * core's native libraries, and what watches over both needs neither.
 */
export function addProcesses(program: Command, wiring: Wiring): void {
  const half = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption("--socket <path>", "where the core and the edge meet, in a private folder")
      .addOption(new Option("--with-parent", "stop when standard input ends").hideHelp());
  addCore(half("core", "the half of start that holds the documents; give it no network"), wiring);
  addEdge(half("edge", "the half of start that people talk to"), wiring);
  addModel(program, wiring);
}

interface HalfOptions {
  readonly socket: string;
  readonly withParent?: true;
}

function addCore(half: Command, { world, run }: Wiring): void {
  half
    .option("--watch", "read the documents at once and keep the index in step", false)
    .addOption(new Option("--keep", "open what was said and answered").default(false).hideHelp())
    .addOption(new Option("--sealed-by <words>", "what started this process without a network").hideHelp())
    .action(
      run(async (options: HalfOptions & { watch: boolean; keep: boolean; sealedBy?: string }, command: Command) => {
        if (options.withParent) world.stopWithParent();
        const commandLine = command.optsWithGlobals<CommandLine>();
        const settings = readSettings(commandLine, world.place);
        const { socket, watch, keep, sealedBy } = options;
        const folders = readFolders(commandLine, world.place);
        const { signal } = world.surroundings;
        const log = openLog(settings, "core");
        const { runCore } = await import("../core.ts");
        await runCore(settings, {
          socket,
          watch,
          keep,
          sealedBy,
          folders,
          platform: world.platform,
          home: world.place.home,
          modelPlan: modelPlan(settings, world),
          keys: readKeys(keyNames(settings), world.place.environment),
          log,
          signal,
        });
        return 0;
      }),
    );
}

/** The model process, a child of the core and as sealed as it is. One thread of libuv: with more, decoding is a third slower. */
function modelPlan({ log }: Settings, { node, main, place }: World): ModelPlan {
  return {
    command: [node, "--disable-warning=ExperimentalWarning", main, "model", "--with-parent", "--log-level", log.level],
    environment: { ...childEnvironment(place.environment, { tokens: "left out" }), UV_THREADPOOL_SIZE: "1" },
  };
}

function addModel(program: Command, { world, run }: Wiring): void {
  program
    .command("model", { hidden: true })
    .description("the process that the core's model runs in")
    .addOption(new Option("--with-parent", "stop when standard input ends").hideHelp())
    .action(
      run(async (_options, command: Command) => {
        world.stopWithParent();
        const { logLevel = "info" } = command.optsWithGlobals<CommandLine>();
        const log = openLog({ log: { level: logLevel, file: "stderr" } }, "model");
        const { runModel } = await import("../model.ts");
        await runModel({ log, signal: world.surroundings.signal });
        return 0;
      }),
    );
}

function addEdge(half: Command, { world, run }: Wiring): void {
  pageOptions(half).action(
    run(async (options: HalfOptions, command: Command) => {
      if (options.withParent) world.stopWithParent();
      // The model is the core's: the edge may not even look whether its file is there.
      const commandLine = { ...command.optsWithGlobals<CommandLine>(), model: "none", embeddings: false };
      const settings = readSettings(commandLine, world.place);
      const { version, surroundings } = world;
      const { runEdge } = await import("../edge.ts");
      await runEdge(settings, { socket: options.socket, version, log: openLog(settings, "edge"), surroundings });
      return 0;
    }),
  );
}
