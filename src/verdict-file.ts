import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { ModelLabel } from "./brain/brain.ts";
import { codeOf } from "./error-code.ts";
import type { Verdict } from "./eval/verdict.ts";
import { modelFolder } from "./model-lock.ts";
import { UserError } from "./user-error.ts";

const schema = z.strictObject({
  verdicts: z.array(
    z.strictObject({
      modelHash: z.string().min(1),
      promptHash: z.string().min(1),
      wins: z.boolean(),
      why: z.string(),
      questions: z.int().min(0),
      at: z.iso.datetime(),
    }),
  ),
});

/** What a verdict is about: one model with one prompt. */
export interface Judged {
  readonly modelHash: string;
  readonly promptHash: string;
}

/** The name a model's verdict is kept under: the hash of its file, or what a server calls it. */
export function verdictKey({ hash, kind, name }: ModelLabel): string {
  return hash ?? `${kind}:${name}`;
}

/** Where verdicts are kept, in the data folder. */
export function verdictFile(data: string): string {
  return join(modelFolder(data), "verdicts.json");
}

/** The newest verdict on a model and prompt, if they were measured. Throws a UserError when the file cannot be used. */
export function readVerdict(data: string, { modelHash, promptHash }: Judged): Verdict | undefined {
  const found = readAll(data).find((one) => one.modelHash === modelHash && one.promptHash === promptHash);
  if (!found) return undefined;
  const { wins, why, questions, at } = found;
  return { wins, why, questions, at };
}

/** Keeps a verdict in place of an earlier one on the same model and prompt. A crash leaves the old file or the new one. */
export function saveVerdict(data: string, { modelHash, promptHash }: Judged, verdict: Verdict): void {
  const others = readAll(data).filter((one) => one.modelHash !== modelHash || one.promptHash !== promptHash);
  const file = verdictFile(data);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const { wins, why, questions, at } = verdict;
  const verdicts = [...others, { modelHash, promptHash, wins, why, questions, at }];
  writeFileSync(`${file}.new`, `${JSON.stringify({ verdicts }, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

function readAll(data: string): z.output<typeof schema>["verdicts"] {
  const file = verdictFile(data);
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8"))).verdicts;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new UserError(`${file} cannot be used; remove it, and measure the model again with hearth eval`, {
      cause: error,
    });
  }
}
