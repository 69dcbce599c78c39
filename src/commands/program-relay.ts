import { Option, type Command } from "commander";
import { readAddress } from "../addresses.ts";
import { readSettings, type CommandLine } from "../config.ts";
import { openLog, type Wiring } from "./launch.ts";

/** Adds the relay, which `start` runs beside the core where the model is on a server, and containers by itself. */
export function addRelay(program: Command, { world, run }: Wiring): void {
  program
    .command("relay", { hidden: true })
    .description("connects a core without a network to the model servers of the configuration, and to nothing else")
    .requiredOption("--socket-folder <dir>", "the private folder in which the core finds its sockets")
    .addOption(new Option("--with-parent", "stop when standard input ends").hideHelp())
    .action(
      run(async (options: { socketFolder: string; withParent?: true }, command: Command) => {
        if (options.withParent) world.stopWithParent();
        const settings = readSettings(command.optsWithGlobals<CommandLine>(), world.place);
        const { source } = settings.model;
        const servers = source.kind === "servers" ? source.servers : [];
        const addresses = servers.map(({ url }) => readAddress(url)).filter(({ target }) => target.kind === "tcp");
        const { signal } = world.surroundings;
        const { runRelay } = await import("../relay.ts");
        await runRelay(addresses, { folder: options.socketFolder, log: openLog(settings, "relay"), signal });
        return 0;
      }),
    );
}
