import { accessSync, constants, existsSync, opendirSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { Check } from "../bots/check.ts";
import { readFolders, readSettings, type CommandLine, type Place, type Settings } from "../config.ts";
import { codeOf } from "../error-code.ts";
import type { FolderOptions } from "../knowledge/source.ts";
import { findWrapper, judgeSeal, viewNetwork } from "../seal.ts";
import { UserError } from "../user-error.ts";

/** Whether the configuration can be used, and settings and folders where it can. */
export function checkConfiguration(
  commandLine: CommandLine,
  place: Place,
): { readonly checks: readonly Check[]; readonly settings?: Settings; readonly folders?: readonly FolderOptions[] } {
  try {
    const settings = readSettings(commandLine, place);
    const folders = readFolders(commandLine, place);
    const shown = relative(place.cwd, settings.file) || settings.file;
    const says = existsSync(settings.file)
      ? `Configuration: ${shown} can be used`
      : `Configuration: there is no ${shown}; the defaults are used`;
    const documents = settings.isManual ? "Hearth's own manual" : folders.map(({ folder }) => folder).join(", ");
    return {
      settings,
      folders,
      checks: [
        { what: "the configuration", level: "ok", says },
        ...(folders.length > 0
          ? [{ what: "the documents", level: "ok", says: `Documents: ${documents}` } as const]
          : []),
      ],
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The sentence names the cure.
    return { checks: [{ what: "the configuration", level: "problem", says: `Configuration: ${error.message}` }] };
  }
}

/** Whether the data folder can be written, or made. */
export function checkData({ data }: Pick<Settings, "data">): Check {
  const nearest = nearestThere(data);
  try {
    // Throws for a file.
    opendirSync(nearest).closeSync();
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch (error) {
    return {
      what: "the data folder cannot be written",
      level: "problem",
      says: `Data: ${nearest} cannot be written (${codeOf(error)})`,
      cure: "let the user that runs Hearth write there, or name another folder with --data or data in the configuration",
    };
  }
  const says = nearest === data ? `Data: ${data} can be written` : `Data: ${data} will be made`;
  return { what: "the data folder", level: "ok", says };
}

function nearestThere(path: string): string {
  const above = dirname(path);
  return existsSync(path) || above === path ? path : nearestThere(above);
}

/** Whether the core can be started without a network here, tried with a command that does nothing. */
export function checkSeal(
  { seal, index, platforms }: Pick<Settings, "seal" | "index" | "platforms">,
  { platform }: { readonly platform: string },
): Check {
  const wrapper = seal === "off" ? undefined : findWrapper({ loopback: index !== undefined });
  if (wrapper)
    return { what: "the seal", level: "ok", says: `Seal: the core is started without a network, by ${wrapper.by}` };
  const judged = judgeSeal(viewNetwork(), { by: undefined, platform, wanted: seal });
  if (judged.kind !== "not sealed") {
    return { what: "the seal", level: "ok", says: "Seal: there is no network where this runs" };
  }
  // With tokens, Hearth refuses to start so, unless the owner chose it.
  const isRefused = platforms.length > 0 && !judged.chosen;
  return {
    what: "the core is not sealed",
    level: isRefused ? "problem" : "warning",
    says: `Seal: the core is started with a network, because ${judged.why}${isRefused ? "; with chat tokens Hearth does not start so" : ""}`,
    cure: judged.cure.charAt(0).toLowerCase() + judged.cure.slice(1),
  };
}
