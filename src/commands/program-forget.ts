import { Option, type Command } from "commander";
import type { CommandLine } from "../config.ts";
import type { ForgetOptions } from "./forget.ts";
import { launch, openLog, type Wiring } from "./launch.ts";
import { withCore } from "./with-core.ts";

/** Adds `forget`. */
export function addForget(program: Command, { world, run }: Wiring): void {
  program
    .command("forget")
    .description(
      "delete what is kept of a server or workspace, such as one that has removed the bot; Hearth must not be running",
    )
    .addOption(new Option("--platform <name>", "which platform").choices(["discord", "slack"]).makeOptionMandatory())
    .requiredOption("--space <id>", "the server's or workspace's id; on Discord \"@me\" for direct messages")
    .option("--channel <id>", "one channel of it; on Discord also one thread")
    .option("--person <id>", "what one person asked there")
    .action(
      run(async (options: ForgetOptions, command: Command) => {
        const { checkForget, runForget } = await import("./forget.ts");
        const started = launch(command, world);
        // Whoever deletes needs no model.
        const lean = { ...started, commandLine: withoutModels(started.commandLine) };
        checkForget(options, started.settings);
        const { surroundings } = world;
        const log = openLog({ log: { level: "error", file: "stderr" } }, "terminal");
        return withCore(lean, { log, surroundings, keep: true }, (brain) =>
          runForget(options, { brain, folders: started.settings, log, surroundings }),
        );
      }),
    );
}

function withoutModels(commandLine: CommandLine): CommandLine {
  return { ...commandLine, model: "none", embeddings: false };
}
