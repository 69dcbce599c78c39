import type { Command } from "commander";
import type { CommandLine } from "../config.ts";
import { runDoctor } from "./doctor.ts";
import type { Wiring } from "./launch.ts";

/** Adds `doctor`. */
export function addDoctor(program: Command, { world, run }: Wiring): void {
  program
    .command("doctor")
    .description("look at configuration, data folder, seal, Discord and Slack, and say what cures what is not well")
    .option("--json", "print one JSON object", false)
    .action(
      run((options: { json: boolean }, command: Command) =>
        runDoctor({ ...options, commandLine: command.optsWithGlobals<CommandLine>() }, world),
      ),
    );
}
