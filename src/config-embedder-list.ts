import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { lineOf, nameOf, toValue } from "./config-file.ts";
import { codeOf } from "./error-code.ts";
import { UserError } from "./user-error.ts";

const file = z.strictObject({
  /** Inside the model's folder. */
  path: z.string().regex(/^\w[\w.-]*(?:\/\w[\w.-]*)*$/, { error: "must be a path inside the model's folder" }),
  source: z.string().min(1),
  bytes: z.int().positive(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "must be 64 digits of 0-9 and a-f" })
    .optional(),
});

const shared = {
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: 'must be letters, digits, ".", "_" and "-"' }),
  note: z.string().min(1).optional(),
  languages: z.string().min(1),
  licence: z.string().min(1),
  maxTokens: z.int().positive(),
  files: z.array(file).min(1),
};

const embedder = z.strictObject({
  ...shared,
  kind: z.literal("embedder"),
  dimensions: z.int().positive(),
  pooling: z.enum(["mean", "cls", "last"]),
  query: z.string(),
  passage: z.string(),
});

const reranker = z.strictObject({ ...shared, kind: z.literal("reranker") });

const schema = z.strictObject({
  dated: z.iso.date(),
  models: z.array(z.discriminatedUnion("kind", [embedder, reranker])).min(1),
});

/** Embedding models and rerankers that Hearth knows by name, and the day the list was put together. */
export type EmbedderList = z.output<typeof schema>;

/** The list in a file (config/embedders.yaml). Throws a UserError with file, line, key and cure. */
export function readEmbedderList(path: string, { shown }: { readonly shown: string }): EmbedderList {
  const lines = new LineCounter();
  const document = parseDocument(readText(path, shown), { lineCounter: lines, schema: "core" });
  const [broken] = document.errors;
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1;
    throw new UserError(`${shown}:${line}: this is not valid YAML (${broken.code}); correct the line`);
  }
  const result = schema.safeParse(toValue(document, shown), { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const key = issue?.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : [...(issue?.path ?? [])];
  const why = issue?.code === "unrecognized_keys" ? "this is not a key of a model" : (issue?.message ?? "");
  const at = `${shown}:${lineOf(document, { key, lines })}`;
  throw new UserError(
    `${at}: ${nameOf(key) || "the file"} cannot be used (${why}); correct it, the lines at its top say how`,
  );
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = codeOf(error);
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UserError(`${shown}: ${why}; it comes with Hearth: put it back`, { cause: error });
  }
}
