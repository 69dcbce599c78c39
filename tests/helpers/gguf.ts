import { closeSync, openSync, writeSync } from "node:fs";
import { ALIGNMENT, entries, padded, string, u32, u64 } from "./gguf-bytes.ts";
import { CHAT_TEMPLATE, SPECIAL, vocabularyOf } from "./gguf-vocabulary.ts";
import { F32, type Packing, Q4_K, Q6_K, Q8_0, randomBlocks } from "./gguf-weights.ts";

/** The measures of a model of the family "qwen3". */
export interface GgufShape {
  readonly name: string;
  readonly layers: number;
  readonly embedding: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly context: number;
  /** Small files are packed in Q8_0; large ones about as Q4_K_M. */
  readonly packing: "Q8_0" | "Q4_K_M";
  readonly seed: number;
}

/** A model for tests: 160 kB, loads in no time and writes gibberish that never ends by itself. */
export const TINY: GgufShape = {
  name: "Tiny",
  layers: 2,
  embedding: 64,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  feedForward: 128,
  vocabulary: 1_024,
  context: 8_192,
  packing: "Q8_0",
  seed: 1,
};

/** As fast as Qwen3 0.6B, whose shape it has, since weights do not change speed. About 390 MB. */
export const BENCH: GgufShape = {
  name: "Random 0.6B",
  layers: 28,
  embedding: 1_024,
  heads: 16,
  kvHeads: 8,
  headSize: 128,
  feedForward: 3_072,
  vocabulary: 151_936,
  context: 32_768,
  packing: "Q4_K_M",
  seed: 1,
};

interface Tensor {
  readonly name: string;
  readonly lengths: readonly number[];
  readonly packing: Packing;
}

/** Writes a model with random weights, which anything that reads GGUF can load. The special tokens never win, so it never ends. */
export function writeGguf(path: string, shape: GgufShape): void {
  const tensors = tensorsOf(shape);
  const file = openSync(path, "w");
  try {
    writeSync(file, padded(header(shape, tensors)));
    tensors.forEach((tensor, index) => {
      const isVocabulary = tensor.name === "token_embd.weight";
      const weights = weightsOf(tensor) - (isVocabulary ? SPECIAL.length * shape.embedding : 0);
      const spread = 1 / Math.sqrt(tensor.lengths[0] ?? 1);
      for (const part of randomBlocks(tensor.packing, { weights, spread, seed: shape.seed * 1_000 + index })) {
        writeSync(file, part);
      }
      // A row of zeros gives a token the score 0, which never is the best.
      const rest = bytesOf(tensor) - (weights / tensor.packing.weights) * tensor.packing.bytes;
      writeSync(file, Buffer.alloc(Math.ceil(bytesOf(tensor) / ALIGNMENT) * ALIGNMENT - bytesOf(tensor) + rest));
    });
  } finally {
    closeSync(file);
  }
}

function tensorsOf(shape: GgufShape): Tensor[] {
  const { embedding, headSize, heads, kvHeads, feedForward } = shape;
  const [usual, better] = shape.packing === "Q8_0" ? [Q8_0, Q8_0] : [Q4_K, Q6_K];
  const norm = (name: string, length = embedding): Tensor => ({ name, lengths: [length], packing: F32 });
  const matrix = (name: string, lengths: readonly number[], packing = usual): Tensor => ({ name, lengths, packing });
  const layers = Array.from({ length: shape.layers }, (_, layer): Tensor[] => {
    const at = (name: string) => `blk.${layer}.${name}.weight`;
    const mixed = layer % 2 === 0 ? better : usual;
    return [
      norm(at("attn_norm")),
      matrix(at("attn_q"), [embedding, heads * headSize]),
      matrix(at("attn_k"), [embedding, kvHeads * headSize]),
      matrix(at("attn_v"), [embedding, kvHeads * headSize], mixed),
      norm(at("attn_q_norm"), headSize),
      norm(at("attn_k_norm"), headSize),
      matrix(at("attn_output"), [heads * headSize, embedding]),
      norm(at("ffn_norm")),
      matrix(at("ffn_gate"), [embedding, feedForward]),
      matrix(at("ffn_up"), [embedding, feedForward]),
      matrix(at("ffn_down"), [feedForward, embedding], mixed),
    ];
  });
  return [
    matrix("token_embd.weight", [embedding, shape.vocabulary], better),
    norm("output_norm.weight"),
    ...layers.flat(),
  ];
}

function weightsOf({ lengths }: Tensor): number {
  return lengths.reduce((product, length) => product * length, 1);
}

function bytesOf(tensor: Tensor): number {
  return (weightsOf(tensor) / tensor.packing.weights) * tensor.packing.bytes;
}

function header(shape: GgufShape, tensors: readonly Tensor[]): Buffer {
  const keys = keysOf(shape);
  let offset = 0;
  const infos = tensors.map((tensor) => {
    const at = offset;
    offset += Math.ceil(bytesOf(tensor) / ALIGNMENT) * ALIGNMENT;
    const { name, lengths, packing } = tensor;
    return [string(name), u32(lengths.length), ...lengths.map(u64), u32(packing.type), u64(at)];
  });
  return Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(keys.length), ...keys, ...infos.flat()]);
}

function keysOf(shape: GgufShape): Buffer[] {
  const { tokens, types, merges } = vocabularyOf(shape.vocabulary);
  const [endOfText, , endOfTurn] = SPECIAL.map((token) => tokens.indexOf(token));
  const { number, real, text, list } = entries;
  return [
    text("general.architecture", "qwen3"),
    text("general.name", shape.name),
    number("general.file_type", shape.packing === "Q8_0" ? 7 : 15),
    number("qwen3.block_count", shape.layers),
    number("qwen3.context_length", shape.context),
    number("qwen3.embedding_length", shape.embedding),
    number("qwen3.feed_forward_length", shape.feedForward),
    number("qwen3.attention.head_count", shape.heads),
    number("qwen3.attention.head_count_kv", shape.kvHeads),
    number("qwen3.attention.key_length", shape.headSize),
    number("qwen3.attention.value_length", shape.headSize),
    real("qwen3.attention.layer_norm_rms_epsilon", 1e-6),
    real("qwen3.rope.freq_base", 1e6),
    text("tokenizer.ggml.model", "gpt2"),
    text("tokenizer.ggml.pre", "qwen2"),
    list("tokenizer.ggml.tokens", 8, tokens.map(string)),
    list("tokenizer.ggml.token_type", 5, types.map(u32)),
    list("tokenizer.ggml.merges", 8, merges.map(string)),
    number("tokenizer.ggml.eos_token_id", endOfTurn ?? 0),
    number("tokenizer.ggml.padding_token_id", endOfText ?? 0),
    Buffer.concat([string("tokenizer.ggml.add_bos_token"), u32(7), Buffer.from([0])]),
    text("tokenizer.chat_template", CHAT_TEMPLATE),
  ];
}
