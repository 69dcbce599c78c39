import { join } from "node:path";
import type { PulledFolder } from "../model-lock.ts";
import type { Receiving } from "./receive.ts";
import { verifyModel, type Verdict } from "./verify.ts";

/** Compares every file of a pulled embedding model or reranker with its pinned size and SHA-256. */
export async function verifyFolder(
  name: string,
  {
    pulled,
    ...options
  }: { readonly pulled: PulledFolder; readonly data: string } & Pick<Receiving, "signal"> & Partial<Receiving>,
): Promise<Verdict> {
  for (const { path, ...file } of pulled.files) {
    const verdict = await verifyModel({ ...file, file: join(name, path), pulledAt: pulled.pulledAt }, options);
    if (verdict.kind === "wrong") return { kind: "wrong", why: `${path}: ${verdict.why}` };
  }
  return { kind: "right" };
}
