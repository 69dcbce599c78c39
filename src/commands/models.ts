import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { toJsonLine } from "../bots/terminal/plain.ts";
import { changeModelLock, modelFolder, readModelLock, type PulledFolder, type PulledModel } from "../model-lock.ts";
import { MODEL_NAME } from "../models/catalogue.ts";
import { shownSource } from "../models/source.ts";
import { dropPart, readPart } from "../models/part.ts";
import { folderOf } from "../models/pull-folder.ts";
import { verifyFolder } from "../models/verify-folder.ts";
import { verifyModel, type Verdict } from "../models/verify.ts";
import { UserError } from "../user-error.ts";
import { lookOf } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import {
  foldersToJson,
  isPulledFolder,
  knownFolder,
  knownFolders,
  renderFolders,
  runRemoveFolder,
  runUseFolder,
} from "./models-search.ts";
import { renderList } from "./models-table.ts";
import { knownModels, megabyteBar, type ModelsWorld } from "./models-world.ts";
import { write } from "./write.ts";

/** `hearth models list`: the models known by name, and those that were pulled. */
export async function runList({ json }: { readonly json: boolean }, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  const { dated, models } = knownModels(world);
  const folders = knownFolders(world);
  const lock = readModelLock(data);
  const others = Object.entries(lock.models).filter(([name]) => models.every((model) => model.name !== name));
  const shown = json
    ? toJsonLine({
        dated,
        models: models.map(({ sources, ...model }) => ({
          ...model,
          sources: sources.map(({ written }) => written),
          ...stateOf(model.name, lock),
        })),
        others: others.map(([name, model]) => ({
          name,
          ...model,
          source: shownSource(model.source),
          ...stateOf(name, lock),
        })),
        search: foldersToJson(folders, lock),
      })
    : renderList({ dated, models, others, lock }, lookOf(surroundings)) +
      renderFolders(folders, lock, lookOf(surroundings));
  await write(surroundings.out, shown, surroundings);
  return 0;
}

function stateOf(name: string, { models, used }: ReturnType<typeof readModelLock>) {
  return { pulled: name in models, used: used === name };
}

/** `hearth models verify`: reads pulled models and compares each with its pinned SHA-256; exit code 1 where one is not right. */
export async function runVerify(name: string | undefined, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  const { signal, out, err } = surroundings;
  const lock = readModelLock(data);
  const folder = name === undefined ? undefined : lock.folders[name];
  const chosen: readonly (readonly [string, PulledModel | PulledFolder])[] =
    name === undefined
      ? [...Object.entries(lock.models), ...Object.entries(lock.folders)]
      : [[name, folder ?? pulled(name, world)]];
  return unlessInterrupted(signal, async () => {
    const wrong: string[] = [];
    for (const [each, model] of chosen) {
      const verdict = await verifyShown(each, model, world);
      if (verdict.kind === "wrong") wrong.push(each);
      await write(out, `${each}  ${verdict.kind === "right" ? "right" : `wrong: ${verdict.why}`}\n`, { signal });
    }
    if (chosen.length === 0) err.write("No model was pulled yet; hearth models pull gets one.\n");
    for (const each of wrong) err.write(`${each} is not what was pulled; hearth models pull ${each} brings it anew.\n`);
    return wrong.length > 0 ? 1 : 0;
  });
}

async function verifyShown(
  name: string,
  model: PulledModel | PulledFolder,
  { surroundings, data }: ModelsWorld,
): Promise<Verdict> {
  using bar = megabyteBar("Checking", surroundings);
  const options = { data, signal: surroundings.signal, onProgress: bar.update };
  return "files" in model ? await verifyFolder(name, { ...options, pulled: model }) : await verifyModel(model, options);
}

/** `hearth models use`: writes down which model writes. */
export async function runUse(name: string, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  if (name === "none") {
    changeModelLock(data, ({ models, folders, embedder, reranker }) => ({
      models,
      folders,
      ...(embedder !== undefined && { embedder }),
      ...(reranker !== undefined && { reranker }),
    }));
    await write(surroundings.out, "No model is used now; answers are quoted sentences.\n", surroundings);
    return 0;
  }
  const known = isPulledFolder(name, world) ? name : knownFolder(name, world)?.name;
  if (known !== undefined) return runUseFolder(known, world);
  const model = pulled(name, world);
  if (!statSync(join(modelFolder(data), model.file), { throwIfNoEntry: false })) {
    throw new UserError(`The file of ${name} is missing; hearth models pull ${name} brings it anew`);
  }
  changeModelLock(data, (lock) => ({ ...lock, used: name }));
  await write(surroundings.out, `${name} is used from the next start on.\n`, surroundings);
  return 0;
}

/** `hearth models remove`: deletes a model's file, what is written down of it, and what an unfinished pull left. */
export async function runRemove(name: string, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  const folder = isPulledFolder(name, world) ? name : (knownFolder(name, world)?.name ?? name);
  const isUnfinished = MODEL_NAME.test(folder) && existsSync(`${folderOf(data, folder)}.new`);
  if (isPulledFolder(folder, world) || isUnfinished) return runRemoveFolder(folder, world);
  const { models, used } = readModelLock(data);
  const model = models[name];
  const part = join(modelFolder(data), `${name}.gguf.part`);
  if (!model && (await readPart(part)).bytes === 0) pulled(name, world);
  await dropPart(part);
  if (model) {
    rmSync(join(modelFolder(data), model.file), { force: true });
    changeModelLock(data, ({ used: before, ...lock }) => ({
      ...lock,
      models: Object.fromEntries(Object.entries(lock.models).filter(([other]) => other !== name)),
      ...(before !== undefined && before !== name && { used: before }),
    }));
  }
  const rest = used === name ? "; no model is used now" : "";
  await write(surroundings.out, `${name} was removed${rest}.\n`, surroundings);
  return 0;
}

function pulled(name: string, world: ModelsWorld): PulledModel {
  const { models } = readModelLock(world.data);
  const found = models[name];
  if (found) return found;
  if (knownModels(world).models.some((model) => model.name === name)) {
    throw new UserError(`${name} was not pulled yet; hearth models pull ${name} gets it`);
  }
  const names = Object.keys(models);
  const here =
    names.length > 0 ? `pulled are ${names.join(", ")}` : "none was pulled yet, and hearth models list names some";
  throw new UserError(`There is no model "${name}" here; ${here}`);
}
