import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { codeOf } from "../error-code.ts";
import type { Side } from "../eval/results.ts";
import type { Scores } from "../eval/scores.ts";
import { UserError } from "../user-error.ts";

const share = z.number().min(0).max(1).exactOptional();
const shares: Record<Exclude<keyof Scores, "seconds">, typeof share> = {
  recall1: share,
  recall5: share,
  passage5: share,
  rightShort: share,
  right: share,
  rightStrong: share,
  cited: share,
  falseAnswer: share,
  falseRefusal: share,
  written: share,
  dropped: share,
};
const seconds = z.number().min(0);

const outcome = z.object({
  id: z.string(),
  question: z.string(),
  answered: z.boolean(),
  answer: z.string(),
  citations: z.array(z.string()),
  seconds,
  modelSeconds: seconds.exactOptional(),
  writing: z
    .discriminatedUnion("kind", [
      z.object({
        kind: z.literal("written"),
        kept: z.int(),
        dropped: z.int(),
        model: z.object({
          kind: z.enum(["llama", "openai", "puppet"]),
          name: z.string(),
          hash: z.string().exactOptional(),
        }),
        promptHash: z.string(),
      }),
      z.object({ kind: z.literal("not written"), why: z.string() }),
    ])
    .exactOptional(),
  scores: z.object({ ...shares, seconds: seconds.exactOptional() }),
});

const results = z.object({
  hearth: z.literal("eval"),
  setting: z.string(),
  outcomes: z.array(outcome).min(1),
});

/** Reads what `--out` wrote. Throws a UserError when it cannot be used. */
export function readBaseline(path: string): Side {
  let written;
  try {
    written = readFileSync(path, "utf8");
  } catch (error) {
    const code = codeOf(error);
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UserError(`--baseline "${path}": ${why}; hearth eval FILE --out makes one`, { cause: error });
  }
  try {
    return results.parse(JSON.parse(written));
  } catch (error) {
    throw new UserError(`--baseline "${path}" holds no results; hearth eval FILE --out makes such a file`, {
      cause: error,
    });
  }
}

/** Makes sure, before hours of measuring, that results can be written there. Throws a UserError where they cannot. */
export function checkOut(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw new UserError(`--out "${path}" is a folder; name a file in it`);
    accessSync(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`--out "${path}" cannot be written (${codeOf(error)}); name a file in a folder that is there`, {
      cause: error,
    });
  }
}

/** Writes results for `--baseline`, whole or not at all. They hold questions and answers, so only their owner may read them. */
export function writeResults(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}
