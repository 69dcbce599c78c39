import { join } from "node:path";
import { toJsonLine } from "../bots/terminal/plain.ts";
import { readGgufHeader } from "../brain/gguf.ts";
import { modelFolder, readModelLock, type PulledModel } from "../model-lock.ts";
import { CONTEXT_TOKENS, fitOn, type Measures } from "../models/fit.ts";
import { readMachine } from "../models/machine.ts";
import { UserError } from "../user-error.ts";
import { lookOf } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { renderFit } from "./models-table.ts";
import { knownModels, type ModelsWorld } from "./models-world.ts";
import { write } from "./write.ts";

/** `hearth models fit`: measures this machine and predicts memory and speed of every model that is known or here. */
export async function runFit({ json }: { readonly json: boolean }, world: ModelsWorld): Promise<number> {
  const { surroundings, data, outside } = world;
  const { signal, out } = surroundings;
  return unlessInterrupted(signal, async () => {
    const { models } = knownModels(world);
    const lock = readModelLock(data);
    const known = models.map((model): readonly [string, Measures] => [model.name, model]);
    const others = Object.entries(lock.models).filter(([name]) => models.every((model) => model.name !== name));
    const measured = await Promise.all(
      others.map(async ([name, model]) => [name, await measuresOf(model, data)] as const),
    );
    const machine = await readMachine({ environment: outside.environment, signal });
    const fits = [...known, ...measured].map(([name, measures]) => ({ name, ...fitOn(machine, measures) }));
    const shown = json
      ? toJsonLine({ machine, contextTokens: CONTEXT_TOKENS, models: fits })
      : renderFit({ machine, fits, lock }, lookOf(surroundings));
    await write(out, shown, { signal });
    return 0;
  });
}

async function measuresOf({ file, bytes }: PulledModel, data: string): Promise<Measures> {
  try {
    const { layers, kvHeads, headSize } = await readGgufHeader(join(modelFolder(data), file));
    if (layers === undefined || kvHeads === undefined || headSize === undefined) return { bytes };
    return { bytes, shape: { layers, kvHeads, headSize } };
  } catch (error) {
    // A file that is damaged or gone is what verify is for.
    if (error instanceof UserError) return { bytes };
    throw error;
  }
}
