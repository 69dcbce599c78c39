import { readFile } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { LONGEST_TEXT, MOST_TURNS } from "../channel/protocol.ts";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";

const words = z.string().max(LONGEST_TEXT, { error: `has more than ${LONGEST_TEXT} characters; shorten it` });

const line = z.object({
  id: z.union([z.string().min(1), z.number()], { error: "is missing; give each question an id of its own" }),
  question: z
    .string({ error: "is missing; write the question as text" })
    .refine((question) => question.trim() !== "", { error: "is empty; write the question as text" })
    .pipe(words),
  history: z
    .array(
      z.object({
        role: z.enum(["user", "assistant"], { error: 'must be "user" or "assistant"' }),
        text: z.string({ error: "is missing; write what was said as text" }).pipe(words),
      }),
      { error: "must be a list of turns, each with role and text" },
    )
    .max(MOST_TURNS, { error: `has more than ${MOST_TURNS} turns; leave out the oldest` })
    .default([]),
});

/** One question of a file, with the turns before it, oldest first. */
export type FileQuestion = z.output<typeof line>;

/**
 * The questions of a JSON Lines file ("-": of `input`) in its order; fields it does not know are ignored, empty lines skipped.
 * Throws a UserError with file and line for the first line that cannot be used, before anything is asked.
 */
export async function readQuestions(
  path: string,
  { input, signal }: { readonly input: Readable; readonly signal: AbortSignal },
): Promise<FileQuestion[]> {
  const shown = path === "-" ? "standard input" : path;
  const content = path === "-" ? await text(addAbortSignal(signal, input)) : await readText(path);
  const seen = new Map<string | number, number>();
  const questions = content
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap((written, index) => {
      if (written.trim() === "") return [];
      const question = readLine(written, `${shown}:${index + 1}`);
      const before = seen.get(question.id);
      if (before !== undefined) {
        throw new UserError(
          `${shown}:${index + 1}: line ${before} has the same id; give each question an id of its own`,
        );
      }
      seen.set(question.id, index + 1);
      return [question];
    });
  if (questions.length === 0) throw new UserError(`${shown} holds no question; write one JSON object a line`);
  return questions;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = codeOf(error);
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UserError(`--jsonl "${path}": ${why}; correct the path`, { cause: error });
  }
}

function readLine(written: string, place: string): FileQuestion {
  const result = line.safeParse(parseJson(written, place));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue?.path.map((part, index) =>
    typeof part === "number" ? `[${part}]` : (index ? "." : "") + String(part),
  );
  if (!issue || !key || key.length === 0) {
    throw new UserError(`${place}: this is not an object; write {"id": …, "question": …}`);
  }
  throw new UserError(`${place}: ${key.join("")} ${issue.message}`);
}

function parseJson(written: string, place: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    // What the parser says would repeat the line's own words.
    throw new UserError(`${place}: this is not JSON; write one JSON object a line`);
  }
}
