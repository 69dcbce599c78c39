import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { toJsonLine } from "../bots/terminal/plain.ts";
import { changeModelLock, modelFolder, readModelLock, type PulledModel } from "../model-lock.ts";
import { shownSource } from "../models/source.ts";
import { readCatalogue, type Catalogue } from "../models/catalogue.ts";
import type { Outside } from "../models/fetch-source.ts";
import { dropPart, readPart } from "../models/part.ts";
import { verifyModel, type Verdict } from "../models/verify.ts";
import { UserError } from "../user-error.ts";
import { lookOf, type Surroundings } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { renderList } from "./models-table.ts";
import { syncBar } from "./sync-bar.ts";
import { write } from "./write.ts";

/** What every command on models is given. */
export interface ModelsWorld {
  readonly surroundings: Surroundings;
  /** The data folder. */
  readonly data: string;
  /** The file that lists the models known by name. */
  readonly catalogue: string;
  readonly outside: Outside;
}

/** The models known by name. Throws a UserError when the list cannot be used. */
export function knownModels({ catalogue }: Pick<ModelsWorld, "catalogue">): Catalogue {
  return readCatalogue(catalogue, { shown: "config/models.yaml" });
}

/** `hearth models list`: the models known by name, and those that were pulled. */
export async function runList({ json }: { readonly json: boolean }, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  const { dated, models } = knownModels(world);
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
      })
    : renderList({ dated, models, others, lock }, lookOf(surroundings));
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
  const chosen =
    name === undefined ? Object.entries(readModelLock(data).models) : [[name, pulled(name, world)] as const];
  return unlessInterrupted(signal, async () => {
    const wrong: string[] = [];
    for (const [each, model] of chosen) {
      const verdict = await verifyShown(model, world);
      if (verdict.kind === "wrong") wrong.push(each);
      await write(out, `${each}  ${verdict.kind === "right" ? "right" : `wrong: ${verdict.why}`}\n`, { signal });
    }
    if (chosen.length === 0) err.write("No model was pulled yet; hearth models pull gets one.\n");
    for (const each of wrong) err.write(`${each} is not what was pulled; hearth models pull ${each} brings it anew.\n`);
    return wrong.length > 0 ? 1 : 0;
  });
}

async function verifyShown(model: PulledModel, { surroundings, data }: ModelsWorld): Promise<Verdict> {
  using bar = megabyteBar("Checking", surroundings);
  return await verifyModel(model, { data, signal: surroundings.signal, onProgress: bar.update });
}

/** A bar of megabytes, where there is a terminal to draw it on. */
export function megabyteBar(label: string, { err, errIsTerminal }: Surroundings) {
  const bar = syncBar({ to: err, visible: errIsTerminal, label, noun: "MB" });
  return {
    update: ({ done, total = 0 }: { readonly done: number; readonly total: number | undefined }) =>
      bar.update({ done: Math.floor(done / 1e6), total: Math.ceil(total / 1e6) }),
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}

/** `hearth models use`: writes down which model writes. */
export async function runUse(name: string, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  if (name === "none") {
    changeModelLock(data, ({ models }) => ({ models }));
    await write(surroundings.out, "No model is used now; answers are quoted sentences.\n", surroundings);
    return 0;
  }
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
  const { models, used } = readModelLock(data);
  const model = models[name];
  const part = join(modelFolder(data), `${name}.gguf.part`);
  if (!model && (await readPart(part)).bytes === 0) pulled(name, world);
  await dropPart(part);
  if (model) {
    rmSync(join(modelFolder(data), model.file), { force: true });
    changeModelLock(data, (lock) => ({
      models: Object.fromEntries(Object.entries(lock.models).filter(([other]) => other !== name)),
      ...(lock.used !== undefined && lock.used !== name && { used: lock.used }),
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
