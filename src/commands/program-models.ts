import { join } from "node:path";
import type { Command } from "commander";
import { readSettings, type CommandLine } from "../config.ts";
import type { Wiring } from "./launch.ts";
import { outsideOf } from "./models-environment.ts";
import type { ModelsWorld } from "./models-world.ts";
import { addPick } from "./program-eval.ts";

/**
 * Adds `models`, with all that gets and looks after model files. Their code is loaded when it is needed: no process that answers has
 * any of it.
 */
export function addModels(program: Command, { world, run }: Wiring): void {
  const models = program
    .command("models")
    .description("get and choose the model that writes; docs/models.md explains it");
  const given = (command: Command): ModelsWorld => {
    const settings = settingsOf(command, world);
    const { surroundings, place } = world;
    return {
      surroundings: { ...surroundings, colors: surroundings.colors && settings.colors },
      data: settings.data,
      catalogue: join(place.home, "config/models.yaml"),
      embedders: join(place.home, "config/embedders.yaml"),
      outside: outsideOf(place),
    };
  };
  addLists(models, { run, given });
  addPull(models, { run, given });
  addKept(models, { run, given, world });
  addPick(models, { world, run }, async (name, command) => {
    const { surroundings, ...rest } = given(command);
    // What was measured is on standard output, perhaps as JSON.
    const { runUse } = await import("./models.ts");
    const code = await runUse(name, { ...rest, surroundings: { ...surroundings, out: surroundings.err } });
    warnOfOther(name, command, world);
    return code;
  });
}

interface Given extends Pick<Wiring, "run"> {
  readonly given: (command: Command) => ModelsWorld;
}

function addLists(models: Command, { run, given }: Given): void {
  models
    .command("list")
    .description("the models that Hearth knows by name, and those that are here")
    .option("--json", "print one JSON object", false)
    .action(
      run(async (options: { json: boolean }, command: Command) =>
        (await import("./models.ts")).runList(options, given(command)),
      ),
    );
  models
    .command("fit")
    .description("which of them fit this machine, and how fast each would write")
    .option("--json", "print one JSON object", false)
    .action(
      run(async (options: { json: boolean }, command: Command) =>
        (await import("./models-fit.ts")).runFit(options, given(command)),
      ),
    );
}

function addPull(models: Command, { run, given }: Given): void {
  models
    .command("pull")
    .description("fetch a model, check it and pin its SHA-256; the only command that uses the network for models")
    .argument("<model>", "a name of hearth models list, hf:OWNER/REPOSITORY/FILE, an address, a path, or pip:…")
    .option("--name <name>", "what to call it here (default: the name of its file)")
    .option("--sha256 <hex>", "the SHA-256 that its file must have")
    .action(
      run(async (model: string, options: { name?: string; sha256?: string }, command: Command) =>
        (await import("./models-pull.ts")).runPull(model, options, given(command)),
      ),
    );
}

function addKept(models: Command, { run, given, world }: Given & Pick<Wiring, "world">): void {
  models
    .command("verify")
    .description("compare the files of pulled models with their pinned SHA-256")
    .argument("[name]", "one of them (default: all)")
    .action(
      run(async (name: string | undefined, _options, command: Command) =>
        (await import("./models.ts")).runVerify(name, given(command)),
      ),
    );
  models
    .command("use")
    .description("make a pulled model the one that writes")
    .argument("<name>", 'its name, or "none" for no model')
    .action(
      run(async (name: string, _options, command: Command) => {
        const code = await (await import("./models.ts")).runUse(name, given(command));
        warnOfOther(name, command, world);
        return code;
      }),
    );
  models
    .command("remove")
    .description("delete a pulled model, or what an unfinished pull left")
    .argument("<name>", "its name")
    .action(
      run(async (name: string, _options, command: Command) =>
        (await import("./models.ts")).runRemove(name, given(command)),
      ),
    );
}

/** Says so where the configuration names a model too, which then comes first. */
function warnOfOther(name: string, command: Command, world: Wiring["world"]): void {
  const { file, model } = settingsOf(command, world);
  const { source } = model;
  if (name === "none" ? source.kind === "none" : source.kind === "file" && source.name === name) return;
  world.surroundings.err.write(`But ${file} or --model names another model, which comes first; take it out there.\n`);
}

function settingsOf(command: Command, { place }: Wiring["world"]): ReturnType<typeof readSettings> {
  return readSettings(command.optsWithGlobals<CommandLine>(), place);
}
