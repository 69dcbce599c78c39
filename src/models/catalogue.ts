import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { lineOf, nameOf, toValue } from "../config-file.ts";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";
import { parseSource, SOURCE_FORMS, type Source } from "./source.ts";

/** What a model, a file and `--name` may be called: safe as a file's name, and no word that means something else. */
export const MODEL_NAME = /^(?!none$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const source = z.string().transform((written, context): Source => {
  const parsed = parseSource(written);
  if (parsed) return parsed;
  context.addIssue({ code: "custom", message: `must be ${SOURCE_FORMS}` });
  return z.NEVER;
});

const shape = z.strictObject({
  layers: z.int().positive(),
  kvHeads: z.int().positive(),
  headSize: z.int().positive(),
});

const entry = z
  .strictObject({
    name: z.string().regex(MODEL_NAME, { error: 'must be letters, digits, ".", "_" and "-"' }),
    note: z.string().min(1).optional(),
    sources: z.array(source).min(1),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: "must be 64 digits of 0-9 and a-f" })
      .optional(),
    unverified: z.boolean().default(false),
    bytes: z.int().positive(),
    parameters: z.number().positive(),
    activeParameters: z.number().positive().optional(),
    quantization: z.string().min(1),
    licence: z.string().min(1),
    contextTokens: z.int().positive(),
    gpu: z.union([z.literal(8), z.literal(16), z.literal(24)]),
    shape: shape.optional(),
  })
  .refine(({ sha256, unverified }) => unverified !== (sha256 !== undefined), {
    path: ["sha256"],
    error: "must be given, or else unverified: true, and never both",
  });

const schema = z.strictObject({ dated: z.iso.date(), models: z.array(entry).min(1) });

/** One model that Hearth knows by name. */
export type CatalogueEntry = z.output<typeof entry>;

/** The models that Hearth knows by name, and the day the list was put together. */
export type Catalogue = z.output<typeof schema>;

/** The list of models in a file. Throws a UserError with file, line, key and cure. */
export function readCatalogue(path: string, { shown }: { readonly shown: string }): Catalogue {
  const lines = new LineCounter();
  const document = parseDocument(readText(path, shown), { lineCounter: lines, schema: "core" });
  const [broken] = document.errors;
  if (broken) {
    throw new UserError(
      `${shown}:${broken.linePos?.[0].line ?? 1}: this is not valid YAML (${broken.code}); correct the line`,
    );
  }
  const result = schema.safeParse(toValue(document, shown), { reportInput: true });
  const at = (key: readonly PropertyKey[]) => `${shown}:${lineOf(document, { key, lines })}`;
  if (!result.success) throw new UserError(describeIssue(result.error.issues[0], at));
  result.data.models.forEach(({ name }, index, all) => {
    const first = all.findIndex((other) => other.name.toLowerCase() === name.toLowerCase());
    if (first !== index) {
      throw new UserError(`${at(["models", index, "name"])}: models[${first}] has the same name; rename one`);
    }
  });
  return result.data;
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

function describeIssue(issue: z.core.$ZodIssue | undefined, at: (key: readonly PropertyKey[]) => string): string {
  const path = issue?.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : [...(issue?.path ?? [])];
  const why = issue?.code === "unrecognized_keys" ? "this is not a key of a model" : (issue?.message ?? "");
  return `${at(path)}: ${nameOf(path) || "the file"} cannot be used (${why}); correct it, the lines at its top say how`;
}
