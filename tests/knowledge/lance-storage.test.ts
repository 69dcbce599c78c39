import { afterAll, beforeAll, vi } from "vitest";
import { openLanceIndex } from "../../src/knowledge/lance.ts";
import { openLanceVectors } from "../../src/knowledge/lance-vectors.ts";
import { describePassageIndex } from "../contracts/passage-index.ts";
import { describeVectorIndex, MODEL } from "../contracts/vector-index.ts";
import { sharedStorage, type SharedStorage } from "../helpers/shared-storage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let storage: SharedStorage;
const opened: AsyncDisposable[] = [];
let places = 0;

beforeAll(async () => {
  storage = await sharedStorage();
});
afterAll(async () => {
  for (const one of opened) await one[Symbol.asyncDispose]();
  await storage[Symbol.asyncDispose]();
});

/** A place of its own on the storage, or the last one again. */
async function place(which: "new" | "last") {
  if (which === "new") places += 1;
  const way = await storage.open({ prefix: `place-${places}` });
  opened.push(way);
  return way.shared.place;
}

describePassageIndex("the passage index on storage", {
  open: async () => openLanceIndex({ ...(await place("new")), mayWrite: true }),
  reopen: async () => openLanceIndex({ ...(await place("last")), mayWrite: true }),
});

describeVectorIndex("the vector index on storage", {
  open: async () => openLanceVectors({ ...(await place("new")), model: MODEL, mayWrite: true }),
  reopen: async () => openLanceVectors({ ...(await place("last")), model: MODEL, mayWrite: true }),
});
