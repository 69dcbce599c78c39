import { readCatalogue, type Catalogue } from "../models/catalogue.ts";
import type { Outside } from "../models/fetch-source.ts";
import type { Surroundings } from "./command.ts";
import { syncBar } from "./sync-bar.ts";

/** What every command on models is given. */
export interface ModelsWorld {
  readonly surroundings: Surroundings;
  /** The data folder. */
  readonly data: string;
  /** The file that lists the models known by name. */
  readonly catalogue: string;
  /** The file that lists embedding models and rerankers. */
  readonly embedders: string;
  readonly outside: Outside;
}

/** The models known by name. Throws a UserError when the list cannot be used. */
export function knownModels({ catalogue }: Pick<ModelsWorld, "catalogue">): Catalogue {
  return readCatalogue(catalogue, { shown: "config/models.yaml" });
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
