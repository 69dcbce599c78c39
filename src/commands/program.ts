import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import pino from "pino";
import type { Brain } from "../brain/brain.ts";
import type { Audience } from "../chat.ts";
import { childEnvironment, readFolders, readSettings, type CommandLine, type Place, type Settings } from "../config.ts";
import { runCore } from "../core.ts";
import { runEdge } from "../edge.ts";
import { createLog, type Log } from "../log.ts";
import { runAsk } from "./ask.ts";
import { runChat } from "./chat.ts";
import type { Surroundings } from "./command.ts";
import { runDocs } from "./docs.ts";
import { runLookup } from "./lookup.ts";
import type { Launch } from "./processes.ts";
import { runStart } from "./start.ts";
import { withCore } from "./with-core.ts";

/** What the command line needs to know of the process it runs in. */
export interface World {
  readonly version: string;
  readonly surroundings: Surroundings;
  readonly place: Place;
  /** The files of Node and of main.ts, to start more of them. */
  readonly node: string;
  readonly main: string;
  readonly platform: string;
  /** Makes the end of standard input stop this process. */
  readonly stopWithParent: () => void;
}

/** What the owner of the machine may read in the terminal: everything there is. */
const OWNER: readonly Audience[] = ["public", "team"];

/** The `hearth` command: takes the arguments of the process and gives its exit code. Throws a UserError for a mistake of a person's. */
export function createProgram(world: World): (argv: readonly string[]) => Promise<number> {
  return async (argv) => {
    let code = 0;
    const program = new Command("hearth")
      .description("Answers questions from your own documents, on your own machine.")
      .version(world.version)
      .configureHelp({ showGlobalOptions: true })
      .exitOverride();
    shared(program);
    const run =
      <Parameters extends unknown[]>(action: (...parameters: Parameters) => Promise<number>) =>
      async (...parameters: Parameters) => {
        code = await action(...parameters);
      };
    addStart(program, { world, run });
    addQuestions(program, { world, run });
    addDocs(program, { world, run });
    addProcesses(program, { world, run });
    try {
      await program.parseAsync(argv);
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      throw error;
    }
    return code;
  };
}

interface Wiring {
  readonly world: World;
  readonly run: <Parameters extends unknown[]>(
    action: (...parameters: Parameters) => Promise<number>,
  ) => (...parameters: Parameters) => Promise<void>;
}

function shared(program: Command): void {
  const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
  program
    .option(
      "--docs <dir>",
      "a folder of documents (repeatable; default: the configuration's, else Hearth's own manual)",
      collect,
    )
    .option("--exclude <glob>", "files to leave out, relative to their folder (repeatable)", collect)
    .option("--data <dir>", 'where the index and the log live (default: "data")')
    .option("--config <file>", 'the configuration file (default: "config/hearth.yaml", where there is one)')
    .addOption(
      new Option("--log-level <level>", "how much is logged").choices(["trace", "debug", "info", "warn", "error"]),
    )
    .option("--log <file>", 'where the log goes: a file, or "stderr" (default: hearth.log in the data folder)');
}

function addStart(program: Command, { world, run }: Wiring): void {
  program
    .command("start", { isDefault: true })
    .description("serve the chat page, and keep the index in step with the documents, until Ctrl-C")
    .option("--host <address>", 'where the page listens (default: "127.0.0.1", this machine only)')
    .option("--port <number>", "the page's port (default: 4780)", wholeNumber)
    .action(run(async (_options, command: Command) => runStart(launch(command, world), world.surroundings)));
}

function addQuestions(program: Command, { world, run }: Wiring): void {
  program
    .command("ask")
    .description("answer a question, or a file of questions, from the documents")
    .argument("[question]", "the question, in plain words")
    .option("--json", "print one JSON object", false)
    .option(
      "--jsonl <file>",
      'questions, one JSON object a line ("-": standard input); one line of JSON comes back for each',
    )
    .action(
      run((question: string | undefined, options: { json: boolean; jsonl?: string }, command: Command) =>
        withBrain(command, world, (brain, surroundings) =>
          runAsk(
            { ...options, ...(question !== undefined && { question }), clearance: OWNER },
            { brain, surroundings },
          ),
        ),
      ),
    );
  program
    .command("lookup")
    .description("find passages by words")
    .argument("[words...]", "what to look for; the last word may be unfinished")
    .option("--json", "print one JSON object", false)
    .option("--jsonl <file>", 'questions, one JSON object a line ("-": standard input)')
    .option("--limit <number>", "how many passages", wholeNumber, 10)
    .action(
      run((words: string[], options: { json: boolean; jsonl?: string; limit: number }, command: Command) =>
        withBrain(command, world, (brain, surroundings) =>
          runLookup({ ...options, words: words.join(" "), clearance: OWNER }, { brain, surroundings }),
        ),
      ),
    );
  program
    .command("chat")
    .description("ask and follow up, in the terminal")
    .action(
      run((_options, command: Command) =>
        withBrain(command, world, (brain, surroundings) => runChat({ clearance: OWNER }, { brain, surroundings })),
      ),
    );
}

function addDocs(program: Command, { world, run }: Wiring): void {
  const docs = program.command("docs").description("the documents Hearth reads");
  for (const [name, description] of [
    ["sync", "make the index match the folders now, and say what changed"],
    ["status", "say what is in the index"],
  ] as const) {
    docs
      .command(name)
      .description(description)
      .action(
        run((_options, command: Command) =>
          withBrain(command, world, (brain, surroundings) => runDocs(name, { brain, surroundings })),
        ),
      );
  }
}

/** The two halves of `start`, each by itself, as containers run them. */
function addProcesses(program: Command, { world, run }: Wiring): void {
  const half = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption("--socket <path>", "where the core and the edge meet, in a private folder")
      .addOption(new Option("--with-parent", "stop when standard input ends").hideHelp());
  half("core", "the half of start that holds the documents; give it no network")
    .option("--watch", "read the documents at once and keep the index in step", false)
    .addOption(new Option("--sealed-by <words>", "what started this process without a network").hideHelp())
    .action(
      run(
        async (options: { socket: string; withParent?: true; watch: boolean; sealedBy?: string }, command: Command) => {
          if (options.withParent) world.stopWithParent();
          const commandLine = command.optsWithGlobals<CommandLine>();
          const settings = readSettings(commandLine, world.place);
          const { socket, watch, sealedBy } = options;
          const folders = readFolders(commandLine, world.place);
          const { signal } = world.surroundings;
          const log = openLog(settings, "core");
          await runCore(settings, { socket, watch, sealedBy, folders, platform: world.platform, log, signal });
          return 0;
        },
      ),
    );
  half("edge", "the half of start that people talk to")
    .option("--host <address>", "where the page listens")
    .option("--port <number>", "the page's port", wholeNumber)
    .action(
      run(async (options: { socket: string; withParent?: true }, command: Command) => {
        if (options.withParent) world.stopWithParent();
        const settings = readSettings(command.optsWithGlobals<CommandLine>(), world.place);
        const { version, surroundings } = world;
        await runEdge(settings, { socket: options.socket, version, log: openLog(settings, "edge"), surroundings });
        return 0;
      }),
    );
}

function launch(command: Command, { place, node, main }: World): Launch {
  const commandLine = command.optsWithGlobals<CommandLine>();
  const settings = readSettings(commandLine, place);
  // A folder that is not there is said before anything is started.
  readFolders(commandLine, place);
  return {
    node,
    main,
    home: place.home,
    commandLine,
    settings,
    environment: childEnvironment(place.environment, { tokens: "left out" }),
    edgeEnvironment: childEnvironment(place.environment, { tokens: "kept" }),
  };
}

async function withBrain(
  command: Command,
  world: World,
  work: (brain: Brain, surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  const started = launch(command, world);
  const surroundings = { ...world.surroundings, colors: world.surroundings.colors && started.settings.colors };
  const log = openLog({ log: { level: "error", file: "stderr" } }, "terminal");
  return withCore(started, { log, surroundings }, (brain) => work(brain, surroundings));
}

function openLog({ log }: Pick<Settings, "log">, name: string): Log {
  return createLog({ level: log.level, process: name, to: pino.destination({ fd: 2, sync: true }) });
}

function wholeNumber(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
}
