import type { Command } from "commander";
import pino from "pino";
import type { Brain } from "../brain/brain.ts";
import { childEnvironment, readFolders, readSettings, type CommandLine, type Place, type Settings } from "../config.ts";
import { createLog, type Log } from "../log.ts";
import { keyNames } from "../outward.ts";
import type { Surroundings } from "./command.ts";
import type { Launch } from "./processes.ts";
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

/** What every command is added with; `run` keeps the exit code of an action. */
export interface Wiring {
  readonly world: World;
  readonly run: <Parameters extends unknown[]>(
    action: (...parameters: Parameters) => Promise<number>,
  ) => (...parameters: Parameters) => Promise<void>;
}

/** What it takes to start Hearth's processes as the command line says. Throws a UserError for a mistake in the settings. */
export function launch(command: Command, { place, node, main }: World): Launch {
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
    environment: childEnvironment(place.environment, { tokens: "left out", keys: keyNames(settings) }),
    edgeEnvironment: childEnvironment(place.environment, { tokens: "kept" }),
  };
}

/** Does a command's work on a brain of its own, and gives its exit code. */
export async function withBrain(
  command: Command,
  world: World,
  work: (brain: Brain, surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  const started = launch(command, world);
  const surroundings = { ...world.surroundings, colors: world.surroundings.colors && started.settings.colors };
  const log = openLog({ log: { level: "error", file: "stderr" } }, "terminal");
  return withCore(started, { log, surroundings }, (brain) => work(brain, surroundings));
}

/** A log on standard error, which supervision leads to where the settings say. */
export function openLog({ log }: Pick<Settings, "log">, name: string): Log {
  return createLog({ level: log.level, process: name, to: pino.destination({ fd: 2, sync: true }) });
}
