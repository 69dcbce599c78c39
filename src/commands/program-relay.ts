import { Option, type Command } from "commander";
import { readSettings, type CommandLine } from "../config.ts";
import { relayedAddresses } from "../outward.ts";
import { openLog, type Wiring } from "./launch.ts";

/** Adds the relay, which runs beside the core where the configuration names a server, and in containers by itself. */
export function addRelay(program: Command, { world, run }: Wiring): void {
  program
    .command("relay", { hidden: true })
    .description("connects a core without a network to the servers of the configuration, and to nothing else")
    .requiredOption("--socket-folder <dir>", "the private folder in which the core finds its sockets")
    .addOption(new Option("--with-parent", "stop when standard input ends").hideHelp())
    .action(
      run(async (options: { socketFolder: string; withParent?: true }, command: Command) => {
        if (options.withParent) world.stopWithParent();
        // It may not look for models; what it needs of the settings are addresses.
        const commandLine = { ...command.optsWithGlobals<CommandLine>(), reranker: "none" } as const;
        const settings = readSettings(commandLine, world.place);
        const { signal } = world.surroundings;
        const { runRelay } = await import("../relay.ts");
        await runRelay(relayedAddresses(settings), {
          folder: options.socketFolder,
          log: openLog(settings, "relay"),
          signal,
        });
        return 0;
      }),
    );
}
