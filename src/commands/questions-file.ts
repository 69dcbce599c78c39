import { readFile } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { LONGEST_TEXT, MOST_TURNS } from "../channel/protocol.ts";
import { codeOf } from "../error-code.ts";
import { plainPath, type EvalQuestion } from "../eval/question.ts";
import { UserError } from "../user-error.ts";

const words = z.string().max(LONGEST_TEXT, { error: `has more than ${LONGEST_TEXT} characters; shorten it` });
const id = z.union([z.string().min(1), z.number()], { error: "is missing; give each question an id of its own" });

const asked = {
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
};
const line = z.object({ id, ...asked });

const path = z.string({ error: "must be a document's path, as text" }).transform(plainPath);
const paths = z.array(path, { error: "must be a list of paths" });
const key = z
  .string({ error: "must be a regular expression, as text" })
  .transform((pattern, context) => toRegExp(pattern) ?? context.addIssue(NO_PATTERN))
  .pipe(z.instanceof(RegExp));
const NO_PATTERN = {
  code: "custom",
  message: "is no regular expression; put a backslash before ( ) [ ] { } . * + ? where they are meant as they stand",
} as const;
const keys = z.array(key, { error: "must be a list of regular expressions" }).default([]);
const quoted = z.string({ error: "must be words of a document, as text" });

const fields = z.object({
  id: id.optional(),
  ...asked,
  answerable: z.boolean({ error: "must be true or false" }).optional(),
  need: z.enum(["any", "all", "none"], { error: 'must be "any", "all" or "none"' }).default("any"),
  gold_docs: paths.default([]),
  gold_groups: z.array(paths, { error: "must be a list of lists of paths" }).optional(),
  gold_quote: quoted.default(""),
  gold_quotes: z
    .array(z.object({ doc: path, quote: quoted }), { error: "must be a list of objects with doc and quote" })
    .default([]),
  answer_keys: keys,
  answer_keys_all: keys,
  weak_keys: z.boolean({ error: "must be true or false" }).default(false),
});
const measured = fields.refine((given) => given.answerable !== undefined || isKnown(given), {
  path: ["answerable"],
  error: "is missing; write true or false, or give answer_keys or gold_docs",
});

/** One question of a file, with the turns before it, oldest first. */
export type FileQuestion = z.output<typeof line>;

interface Source {
  readonly input: Readable;
  readonly signal: AbortSignal;
}

/**
 * The questions of a JSON Lines file ("-": of `input`) in its order; fields it does not know are ignored, empty lines skipped.
 * Throws a UserError with file and line for the first line that cannot be used, before anything is asked.
 */
export function readQuestions(file: string, source: Source): Promise<FileQuestion[]> {
  return readLines(file, { ...source, named: `--jsonl "${file}"`, parse: (written) => line.safeParse(written) });
}

/** The same with what is known about each answer. A question without an id gets the number of its line. */
export function readEvalQuestions(file: string, source: Source): Promise<EvalQuestion[]> {
  return readLines(file, {
    ...source,
    named: `The question file "${file}"`,
    parse: (written, number) => measured.transform((given) => toEvalQuestion(given, number)).safeParse(written),
  });
}

async function readLines<Question extends { readonly id: string | number }>(
  file: string,
  {
    input,
    signal,
    named,
    parse,
  }: Source & {
    readonly named: string;
    readonly parse: (written: unknown, line: number) => z.ZodSafeParseResult<Question>;
  },
): Promise<Question[]> {
  const shown = file === "-" ? "standard input" : file;
  const content = file === "-" ? await text(addAbortSignal(signal, input)) : await readText(file, named);
  const seen = new Map<string | number, number>();
  const questions = content
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap((written, index) => {
      if (written.trim() === "") return [];
      const place = `${shown}:${index + 1}`;
      const question = orSay(parse(parseJson(written, place), index + 1), place);
      const before = seen.get(question.id);
      if (before !== undefined) {
        throw new UserError(`${place}: line ${before} has the same id; give each question an id of its own`);
      }
      seen.set(question.id, index + 1);
      return [question];
    });
  if (questions.length === 0) throw new UserError(`${shown} holds no question; write one JSON object a line`);
  return questions;
}

async function readText(file: string, named: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = codeOf(error);
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UserError(`${named}: ${why}; correct the path`, { cause: error });
  }
}

/** What a line holds; throws a UserError that names the first key that is wrong, and the cure. */
function orSay<Question>(result: z.ZodSafeParseResult<Question>, place: string): Question {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = issue?.path.map((part, index) =>
    typeof part === "number" ? `[${part}]` : (index ? "." : "") + String(part),
  );
  if (!issue || !name || name.length === 0) {
    throw new UserError(`${place}: this is not an object; write {"id": …, "question": …}`);
  }
  throw new UserError(`${place}: ${name.join("")} ${issue.message}`);
}

function parseJson(written: string, place: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    // What the parser says would repeat the line's own words.
    throw new UserError(`${place}: this is not JSON; write one JSON object a line`);
  }
}

type Measured = z.output<typeof fields>;

function isKnown(given: Pick<Measured, "gold_docs" | "gold_groups" | "answer_keys" | "answer_keys_all">): boolean {
  const { gold_docs: documents, gold_groups: groups = [], answer_keys: any, answer_keys_all: all } = given;
  return documents.length + groups.length + any.length + all.length > 0;
}

function toEvalQuestion(given: Measured, number: number): EvalQuestion {
  const { gold_docs: documents, gold_groups: groups, gold_quote: quote, gold_quotes: quotes } = given;
  const asGroups = given.need === "all" ? documents.map((document) => [document]) : [documents];
  const one = quote.trim() === "" ? [] : [{ doc: documents[0] ?? "", quote }];
  return {
    id: String(given.id ?? number),
    question: given.question,
    history: given.history,
    answerable: given.answerable ?? true,
    goldGroups: (groups ?? asGroups).filter((group) => group.length > 0),
    goldQuotes: quotes.length > 0 ? quotes : one,
    keys: given.answer_keys,
    keysAll: given.answer_keys_all,
    hasWeakKeys: given.weak_keys,
  };
}

function toRegExp(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "i");
  } catch {
    return undefined;
  }
}
