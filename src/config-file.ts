import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { askHumanSchema, discordSchema } from "./config-discord.ts";
import { askHumanInSlackSchema, slackSchema } from "./config-slack.ts";
import { digestSchema, keptChannelSchema, memorySchema } from "./config-talk.ts";
import { codeOf } from "./error-code.ts";
import { UserError } from "./user-error.ts";

const audience = z.union([
  z.literal("public"),
  z.literal("team"),
  z.templateLiteral(["discord:", z.string().regex(/^\d{5,20}(?::\d{5,20}){0,2}$/)]),
  z.templateLiteral(["slack:", z.string().regex(/^T[A-Z0-9]{2,20}(?::[CDG][A-Z0-9]{2,20})?$/)]),
]);

const documents = z.strictObject({
  folder: z.string().min(1),
  audience: audience.default("team"),
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, { error: 'must begin with "https://" or "http://" and hold no space' })
    .regex(/^(?:[^{}]|\{(?:path|stem|anchor)\})*$/, { error: "knows only {path}, {stem} and {anchor} in braces" })
    .optional(),
  exclude: z.array(z.string().min(1)).default([]),
});

const limits = z.strictObject({ fileMegabytes: z.number().positive().max(1_000).default(20) });

const web = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(4780),
  allowedHosts: z.array(z.string().min(1)).default([]),
});

const server = z.strictObject({
  url: z.string().regex(/^(?:https?:\/\/|unix:\/)\S+$/, {
    error: 'must begin with "http://", "https://" or "unix:/" and hold no space',
  }),
  model: z.string().min(1).optional(),
  key: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]*$/, {
      error: "names a variable of the environment, such as MODEL_KEY, not the key itself",
    })
    .optional(),
  public: z.boolean().default(false),
});

const index = z.strictObject({
  endpoint: z.string().regex(/^https?:\/\/\S+$/, {
    error: 'must begin with "https://" or "http://" and hold no space',
  }),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
    error: "is 3 to 63 lower-case letters, digits, dots and hyphens",
  }),
  prefix: z
    .string()
    .regex(/^[\w.-]+(?:\/[\w.-]+)*$/, { error: "is words of letters, digits and _ . - with a / between" })
    .default("hearth"),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, { error: "is lower-case letters, digits and hyphens" })
    .default("us-east-1"),
  access: z.enum(["read", "write"]),
  public: z.boolean().default(false),
});

const lora = z.strictObject({ file: z.string().min(1), scale: z.number().min(0).max(10).default(1) });

const model = z.strictObject({
  use: z.string().min(1).optional(),
  write: z.enum(["auto", "always", "never"]).default("auto"),
  seconds: z.number().positive().max(3_600).default(20),
  answerTokens: z.int().min(16).max(4_096).default(300),
  contextTokens: z.int().min(512).max(1_048_576).default(4_096),
  parallel: z.int().min(1).max(64).default(1),
  threads: z.int().min(1).max(512).optional(),
  gpu: z.enum(["auto", "off", "cuda", "vulkan", "metal"]).default("auto"),
  flashAttention: z.enum(["auto", "on", "off"]).default("auto"),
  cache: z.enum(["f16", "q8_0"]).default("f16"),
  lookup: z.enum(["auto", "off"]).default("auto"),
  thinkingTokens: z.int().min(0).max(32_768).default(0),
  stateMegabytes: z.number().min(0).max(1_000_000).default(1_000),
  lora: z.array(lora).default([]),
  servers: z.array(server).default([]),
});

const embeddings = z.strictObject({
  use: z.string().min(1).optional(),
  server: server.optional(),
  query: z.string().max(200).optional(),
  passage: z.string().max(200).optional(),
  reranker: z.string().min(1).optional(),
  rerankSeconds: z.number().positive().max(60).default(1),
  threads: z.int().min(1).max(512).optional(),
});

const links = z.strictObject({ hosts: z.array(z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/)).default([]) });

const log = z.strictObject({
  level: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  file: z.string().min(1).optional(),
});

const schema = z.strictObject({
  documents: z.array(documents).min(1).optional(),
  limits: limits.prefault({}),
  data: z.string().min(1).default("data"),
  index: index.optional(),
  model: model.prefault({}),
  embeddings: embeddings.prefault({}),
  web: web.prefault({}),
  discord: discordSchema.prefault({}),
  slack: slackSchema.prefault({}),
  memory: memorySchema.prefault({}),
  digests: z.array(digestSchema).default([]),
  links: links.prefault({}),
  seal: z.enum(["auto", "off"]).default("auto"),
  log: log.prefault({}),
});

/** A configuration file, parsed, with a way to say where in it something stands ("config/hearth.yaml:3"). */
export interface ConfigFile {
  /** Absolute, whether or not there is such a file. */
  readonly path: string;
  readonly parsed: z.output<typeof schema>;
  readonly at: (key: readonly PropertyKey[]) => string;
}

/**
 * The configuration file that was named, else config/hearth.yaml where there is one. Throws a UserError with file, line, key and cure.
 */
export function readConfigFile(named: string | undefined, { cwd }: { readonly cwd: string }): ConfigFile {
  const path = resolve(cwd, named ?? "config/hearth.yaml");
  const shown = relative(cwd, path) || path;
  const text = readText(path, shown);
  if (text === undefined && named !== undefined) {
    throw new UserError(`--config "${named}": there is no such file; correct the path`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text ?? "", { lineCounter: lines });
  const at = (key: readonly PropertyKey[]) => `${shown}:${lineOf(document, { key, lines })}`;
  const [broken] = document.errors;
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1;
    throw new UserError(`${shown}:${line}: this is not valid YAML (${broken.code}); correct the line`);
  }
  const result = schema.safeParse(toValue(document, shown) ?? {}, { reportInput: true });
  if (!result.success) throw new UserError(describeIssue(result.error.issues[0], at));
  return { path, parsed: result.data, at };
}

/** What a YAML document says. Throws a UserError for an alias that leads nowhere. */
export function toValue(document: Document, shown: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias that leads nowhere, or too far.
    throw new UserError(`${shown}: this is not valid YAML (an alias cannot be resolved); correct it`, { cause: error });
  }
}

function readText(path: string, shown: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UserError(`${shown} cannot be read (${code}); correct its permissions or the path`, {
      cause: error,
    });
  }
}

/** The line of a key of a YAML document, or of the nearest key above it that stands there. */
export function lineOf(
  document: Document,
  { key, lines }: { readonly key: readonly PropertyKey[]; readonly lines: LineCounter },
): number {
  for (let length = key.length; length > 0; length -= 1) {
    const node = document.getIn(key.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function describeIssue(issue: z.core.$ZodIssue | undefined, at: (key: readonly PropertyKey[]) => string): string {
  if (!issue) return "The configuration cannot be used";
  if (issue.code === "unrecognized_keys") {
    const path = [...issue.path, issue.keys[0] ?? ""];
    return `${at(path)}: ${nameOf(path)} is not a key Hearth knows; keys here are ${keysAt(issue.path).join(", ")}`;
  }
  return `${at(issue.path)}: ${nameOf(issue.path)} cannot be used (${issue.message}); correct it, config/hearth.example.yaml shows how`;
}

/** A key as people write it: "documents[0].folder". */
export function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, place) => (typeof part === "number" ? `[${part}]` : (place ? "." : "") + String(part)))
    .join("");
}

function keysAt(path: readonly PropertyKey[]): string[] {
  const shapes: Readonly<Record<string, object>> = {
    documents: documents.shape,
    limits: limits.shape,
    index: index.shape,
    web: web.shape,
    log: log.shape,
    model: model.shape,
    embeddings: embeddings.shape,
    discord: discordSchema.shape,
    "discord.askHuman": askHumanSchema.shape,
    slack: slackSchema.shape,
    "slack.askHuman": askHumanInSlackSchema.shape,
    memory: memorySchema.shape,
    "memory.channels": keptChannelSchema.shape,
    digests: digestSchema.shape,
    links: links.shape,
    "model.servers": server.shape,
    "embeddings.server": server.shape,
    "model.lora": lora.shape,
  };
  const place = path.filter((part) => typeof part === "string").join(".");
  return Object.keys(shapes[place] ?? schema.shape);
}
