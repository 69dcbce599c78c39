import { Damage, type GgufCursor } from "./gguf-cursor.ts";
import { type GgufValues, readGgufValues } from "./gguf-values.ts";
import { checkTensors } from "./gguf-tensors.ts";

/** What a GGUF file says of itself. What it leaves out is undefined. */
export interface GgufFacts {
  readonly version: number;
  /** The family that the engine must know, such as "llama" or "qwen3". */
  readonly architecture: string;
  readonly name?: string;
  /** How many tensors it holds. */
  readonly tensors: number;
  /** The longest context it was trained for, in tokens. */
  readonly contextLength?: number | undefined;
  readonly layers?: number | undefined;
  readonly kvHeads?: number | undefined;
  /** The size of one attention head's keys. */
  readonly headSize?: number | undefined;
  readonly embeddingLength?: number | undefined;
  /** How many tokens its vocabulary has. */
  readonly vocabulary: number;
  readonly hasChatTemplate: boolean;
  /** The number that stands for its quantization. */
  readonly fileType?: number | undefined;
}

const MAGIC = "GGUF";
/** Version 2 and 3 are laid out alike where the machine is little-endian. */
const VERSIONS = [2, 3];
const MOST_KEYS = 65_536;
const MOST_TENSORS = 65_536;
const DEFAULT_ALIGNMENT = 32;
const LARGEST_ALIGNMENT = 65_536;
/** More than the engine's own arrays hold ends its process. */
const MOST_LAYERS = 512;
/** Past these a number is damage, whatever it counts. */
const LARGEST = { context: 2 ** 31 - 1, heads: 65_536, embedding: 2 ** 20, fileType: 65_536 };

/** Reads a header from its first byte, and checks it. Throws Damage, or NeedsMore. */
export function parseGguf(cursor: GgufCursor, fileBytes: number): GgufFacts {
  if (cursor.bytes(MAGIC.length).toString("latin1") !== MAGIC)
    throw new Damage("it does not begin as a GGUF file does");
  const version = cursor.u32();
  if (version % 65_536 === 0) throw new Damage("it was written for a big-endian machine");
  if (!VERSIONS.includes(version)) throw new Damage("its format has a version that is not known");
  const tensors = cursor.count("tensors", { least: 32, most: MOST_TENSORS });
  const keys = cursor.count("keys", { least: 13, most: MOST_KEYS });
  if (tensors === 0) throw new Damage("it holds no tensors");
  const values = readGgufValues(cursor, keys);
  const alignment = numberIn(values, "general.alignment", LARGEST_ALIGNMENT) ?? DEFAULT_ALIGNMENT;
  if (!Number.isInteger(Math.log2(alignment))) throw new Damage("its alignment is no power of two");
  if ((numberIn(values, "split.count", MOST_KEYS) ?? 1) > 1)
    throw new Damage("it is one part of several, which have to be joined first");
  checkTensors(cursor, { count: tensors, alignment, fileBytes });
  return { version, tensors, ...factsOf(values) };
}

function factsOf(values: GgufValues): Omit<GgufFacts, "version" | "tensors"> {
  const architecture = textIn(values, "general.architecture") ?? "";
  if (!/^[\w.-]+$/.test(architecture)) throw new Damage("it does not say which architecture it has");
  const number = (key: string, most: number) => numberIn(values, `${architecture}.${key}`, most);
  const name = textIn(values, "general.name")?.replaceAll(/\p{C}/gu, "").trim();
  const embeddingLength = number("embedding_length", LARGEST.embedding);
  const heads = number("attention.head_count", LARGEST.heads);
  const headSize =
    number("attention.key_length", LARGEST.embedding) ??
    (embeddingLength !== undefined && heads ? Math.floor(embeddingLength / heads) : undefined);
  const tokens = values.get("tokenizer.ggml.tokens");
  return {
    architecture,
    ...(name && { name }),
    contextLength: number("context_length", LARGEST.context),
    layers: number("block_count", MOST_LAYERS),
    kvHeads: number("attention.head_count_kv", LARGEST.heads) ?? heads,
    headSize,
    embeddingLength,
    fileType: numberIn(values, "general.file_type", LARGEST.fileType),
    vocabulary: typeof tokens === "object" ? tokens.length : 0,
    hasChatTemplate: (textIn(values, "tokenizer.chat_template") ?? "") !== "",
  };
}

function textIn(values: GgufValues, key: string): string | undefined {
  const value = values.get(key);
  return typeof value === "string" ? value : undefined;
}

/** A whole number from 0 to the most there may be; the largest where each layer has its own. */
function numberIn(values: GgufValues, key: string, most: number): number | undefined {
  const value = values.get(key);
  if (value === undefined || typeof value === "string") return undefined;
  const number = typeof value === "number" ? value : value.largest;
  if (!Number.isInteger(number) || number < 0 || number > most) throw new Damage("one of its numbers makes no sense");
  return number;
}
