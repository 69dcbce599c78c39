import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";

/** How a model makes a text's vector of its tokens' vectors, and what stands before a text, as it was trained. */
export interface EmbeddingShape {
  readonly pooling: Pooling;
  /** What stands before a question, and before a passage. */
  readonly query: string;
  readonly passage: string;
}

/** The mean of the tokens' vectors, the first one, or the last one. */
export type Pooling = "mean" | "cls" | "last";

/** What to load of a model's folder. */
export interface ModelFiles {
  /** Absolute. */
  readonly folder: string;
  /** Where its ONNX file lies below `folder` ("" for beside the rest), and which one it is: model_quantized.onnx or model.onnx. */
  readonly subfolder: string;
  readonly dtype: "q8" | "fp32";
  /** The most tokens of a text that are read. */
  readonly maxTokens: number;
}

/** Longer texts are cut here even for models that read more: attention's memory grows with the square, and passages are shorter. */
const MOST_TOKENS = 1_024;
/** What most encoders read, for a folder that does not say. */
const USUAL_TOKENS = 512;

/** Where ONNX files lie, best first: quantized ones are half as slow, and lose next to nothing. */
const ONNX_FILES = [
  { subfolder: "onnx", file: "model_quantized.onnx", dtype: "q8" },
  { subfolder: "", file: "model_quantized.onnx", dtype: "q8" },
  { subfolder: "onnx", file: "model.onnx", dtype: "fp32" },
  { subfolder: "", file: "model.onnx", dtype: "fp32" },
] as const;

/** Finds what to load in a model's folder. Throws a UserError that names what is missing and the cure. */
export function findModelFiles(folder: string, limits: { readonly maxTokens?: number } = {}): ModelFiles {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`The model's folder ${folder} is not there; correct the path, or pull the model again`);
  }
  for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
    if (!existsSync(join(folder, name))) {
      throw new UserError(
        `The model's folder ${folder} has no ${name}; it needs all files of the model, so pull it again`,
      );
    }
  }
  const found = ONNX_FILES.find(({ subfolder, file }) => existsSync(join(folder, subfolder, file)));
  if (!found) {
    const why = "has no onnx/model_quantized.onnx and no onnx/model.onnx; get the model in its ONNX form";
    throw new UserError(`The model's folder ${folder} ${why}`);
  }
  const { subfolder, dtype } = found;
  return { folder, subfolder, dtype, maxTokens: Math.min(limits.maxTokens ?? MOST_TOKENS, readLimit(folder)) };
}

/** The files that a model's vectors depend on, absolute. */
export function weighedFiles({ folder, subfolder, dtype }: ModelFiles): string[] {
  const onnx = join(folder, subfolder, dtype === "q8" ? "model_quantized.onnx" : "model.onnx");
  return [onnx, `${onnx}_data`, join(folder, "tokenizer.json")].filter((path) => existsSync(path));
}

/**
 * How a folder's model embeds: as its own sentence-transformers files say, else as it is known to, else the mean of all tokens with
 * nothing before a text. `isGuessed` where neither said. Throws a UserError for a way that is not known here.
 */
export function readShape(
  folder: string,
  known: EmbeddingShape | undefined,
): EmbeddingShape & { readonly isGuessed: boolean } {
  const pooling = readPooling(folder);
  const prompts = readObject(join(folder, "config_sentence_transformers.json"))?.["prompts"];
  const prompt = (...names: readonly string[]) => {
    const found = isObject(prompts)
      ? names.map((name) => prompts[name]).find((text) => typeof text === "string")
      : undefined;
    return typeof found === "string" ? found : undefined;
  };
  return {
    pooling: pooling ?? known?.pooling ?? "mean",
    query: prompt("query") ?? known?.query ?? "",
    passage: prompt("document", "passage", "corpus") ?? known?.passage ?? "",
    isGuessed: pooling === undefined && !isObject(prompts) && known === undefined,
  };
}

/** Names of poolings in sentence-transformers' files. */
const POOLINGS = {
  pooling_mode_mean_tokens: "mean",
  pooling_mode_cls_token: "cls",
  pooling_mode_lasttoken: "last",
} as const;

function readPooling(folder: string): Pooling | undefined {
  const said = readObject(join(folder, poolingFolder(folder), "config.json"));
  if (!said) return undefined;
  const modes = Object.keys(said).filter((key) => key.startsWith("pooling_mode_") && said[key] === true);
  const [mode, ...others] = modes;
  const known = Object.entries(POOLINGS).find(([name]) => name === mode);
  if (known && others.length === 0 && said["include_prompt"] !== false) return known[1];
  const shown = modes.map((name) => name.replace("pooling_mode_", "")).join(" + ") || "none";
  throw new UserError(
    `The model ${basename(folder)} makes its vectors in a way that Hearth does not know (${shown}); use another one`,
  );
}

/** The folder of the pooling's settings, as the list of the model's steps names it. */
function poolingFolder(folder: string): string {
  const steps = readJson(join(folder, "modules.json"));
  const step: unknown = Array.isArray(steps)
    ? steps.find((one: unknown) => isObject(one) && typeof one["type"] === "string" && one["type"].endsWith(".Pooling"))
    : undefined;
  const path = isObject(step) ? step["path"] : undefined;
  return typeof path === "string" && /^[\w.-]+$/.test(path) ? path : "1_Pooling";
}

/** The least of what the folder's files give as the most tokens of a text. */
function readLimit(folder: string): number {
  const numberIn = (file: string, key: string) => {
    const value = readObject(join(folder, file))?.[key];
    return typeof value === "number" && value > 0 ? value : undefined;
  };
  const positions = numberIn("config.json", "max_position_embeddings");
  const limits = [
    numberIn("sentence_bert_config.json", "max_seq_length"),
    // A number without meaning (1e30) stands for "not known"; some models count positions from 2.
    numberIn("tokenizer_config.json", "model_max_length") ?? (positions === undefined ? undefined : positions - 2),
    positions,
  ];
  const said = limits.filter((limit) => limit !== undefined && limit < 1e9).map(Number);
  return said.length === 0 ? USUAL_TOKENS : Math.min(...said);
}

function readObject(path: string): Record<string, unknown> | undefined {
  const value = readJson(path);
  if (value === undefined || isObject(value)) return value;
  throw unusable(path, undefined);
}

function readJson(path: string): unknown {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw new UserError(`${path} cannot be read (${codeOf(error)}); correct its permissions`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): UserError {
  return new UserError(`${path} is not what its name says; pull the model again`, { cause });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
