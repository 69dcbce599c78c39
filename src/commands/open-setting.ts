import type { Command } from "commander";
import type { Brain } from "../brain/brain.ts";
import { readSettings, type CommandLine, type Settings } from "../config.ts";
import type { Surroundings } from "./command.ts";
import { launch, openLog, type World } from "./launch.ts";
import { withCore } from "./with-core.ts";

/** What a core is told differently from the command line. */
export type Changes = Pick<CommandLine, "model" | "write" | "data" | "exclude" | "embedder">;

/** Does work on a brain in a sealed core of its own, with some settings changed. Gives nothing where that core cannot start; it has then said why. */
export type OpenSetting = <Result>(
  changes: Changes,
  work: (brain: Brain, surroundings: Surroundings) => Promise<Result>,
) => Promise<Result | undefined>;

/** A way to open one core after the other for one command, the settings it starts from, and what was changed on its command line. */
export function settingOpener(
  command: Command,
  world: World,
): {
  readonly open: OpenSetting;
  readonly settings: Settings;
  readonly commandLine: CommandLine;
  readonly surroundings: Surroundings;
} {
  const started = launch(command, world);
  const { settings, commandLine } = started;
  const surroundings = { ...world.surroundings, colors: world.surroundings.colors && settings.colors };
  const log = openLog({ log: { level: "error", file: "stderr" } }, "terminal");
  const open: OpenSetting = async <Result>(
    changes: Changes,
    work: (brain: Brain, surroundings: Surroundings) => Promise<Result>,
  ) => {
    // Whoever names an embedding model wants it, whatever the command line switched off.
    const changed = { ...commandLine, ...changes, ...(changes.embedder !== undefined && { embeddings: true }) };
    const plan = { ...started, commandLine: changed, settings: readSettings(changed, world.place) };
    const results: Result[] = [];
    await withCore(plan, { log, surroundings }, async (brain) => {
      results.push(await work(brain, surroundings));
      return 0;
    });
    return results[0];
  };
  return { open, settings, commandLine, surroundings };
}
