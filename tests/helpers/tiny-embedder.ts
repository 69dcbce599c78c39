import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onnxBytes } from "./onnx.ts";

/** Words that mean the same to the tiny models: each row is one thing. Other words are spelled, and mean next to nothing. */
const MEANINGS = [
  ["vacation", "holiday", "leave", "urlaub"],
  ["printer", "print", "paper"],
  ["salary", "wage", "pay"],
  ["dog", "cat", "animal"],
];
const DIMENSIONS = 16;
const MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
const WORDS = MEANINGS.flat();
const VOCABULARY = [
  ...MARKS,
  ...WORDS,
  ...LETTERS,
  ...LETTERS.map((letter) => `##${letter}`),
  ...". , : ; ! ? ' - ( )".split(" "),
];

/** Changes to a tiny model's folder: further files, as JSON or bytes; undefined leaves one out. */
export type FolderChanges = Readonly<Record<string, unknown>>;

/**
 * Writes an embedding model that transformers.js loads into a folder, some 15 kB: a token's vector is looked up, and nearly all of it is
 * what the word means.
 */
export function writeTinyEmbedder(folder: string, changes: FolderChanges = {}): string {
  const table = Float32Array.from(VOCABULARY.flatMap(vectorOf));
  const onnx = onnxBytes({
    inputs: ["input_ids", "attention_mask", "token_type_ids"],
    output: { name: "last_hidden_state", dims: ["batch", "sequence", DIMENSIONS] },
    nodes: [{ operator: "Gather", inputs: ["table", "input_ids"], output: "last_hidden_state", integers: { axis: 0 } }],
    tensors: [{ name: "table", dims: [VOCABULARY.length, DIMENSIONS], floats: table }],
  });
  return writeFolder(folder, { "config.json": configOf("BertModel"), "onnx/model.onnx": onnx, ...changes });
}

/**
 * Writes a reranker: its score is how many words of the second text say anything about vacations, less those about printers. It sees the
 * two texts apart only by their token types.
 */
export function writeTinyReranker(folder: string, changes: FolderChanges = {}): string {
  const [liked = [], disliked = []] = MEANINGS;
  const weights = VOCABULARY.map((word) => (liked.includes(word) ? 2 : disliked.includes(word) ? -2 : 0));
  const onnx = onnxBytes({
    inputs: ["input_ids", "attention_mask", "token_type_ids"],
    output: { name: "logits", dims: ["batch", 1] },
    nodes: [
      { operator: "Gather", inputs: ["weights", "input_ids"], output: "each", integers: { axis: 0 } },
      { operator: "Cast", inputs: ["token_type_ids"], output: "types", integers: { to: 1 } },
      { operator: "Unsqueeze", inputs: ["types", "last"], output: "second" },
      { operator: "Mul", inputs: ["each", "second"], output: "counted" },
      { operator: "ReduceSum", inputs: ["counted", "middle"], output: "logits", integers: { keepdims: 0 } },
    ],
    tensors: [
      { name: "weights", dims: [VOCABULARY.length, 1], floats: Float32Array.from(weights) },
      { name: "last", dims: [1], integers: [2] },
      { name: "middle", dims: [1], integers: [1] },
    ],
  });
  const config = configOf("BertForSequenceClassification");
  return writeFolder(folder, { "config.json": config, "onnx/model.onnx": onnx, ...changes });
}

function writeFolder(folder: string, files: FolderChanges): string {
  const all = { "tokenizer.json": tokenizer(), "tokenizer_config.json": tokenizerConfig, ...files };
  for (const [path, content] of Object.entries(all)) {
    if (content === undefined) continue;
    const file = join(folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  return folder;
}

/** What the word means, and a little of its own, so that no two texts have the same vector. */
function vectorOf(word: string): number[] {
  const own = createHash("sha256").update(word).digest();
  const meaning = MEANINGS.findIndex((words) => words.includes(word));
  const isMark = MARKS.includes(word);
  return Array.from({ length: DIMENSIONS }, (_, place) =>
    isMark ? 0 : (place === meaning ? 1 : 0) + ((own[place] ?? 0) / 255 - 0.5) * 0.1,
  );
}

function configOf(architecture: string): object {
  return {
    architectures: [architecture],
    model_type: "bert",
    hidden_size: DIMENSIONS,
    max_position_embeddings: 64,
    vocab_size: VOCABULARY.length,
    num_labels: 1,
  };
}

const tokenizerConfig = {
  tokenizer_class: "BertTokenizer",
  model_max_length: 64,
  unk_token: "[UNK]",
  sep_token: "[SEP]",
  pad_token: "[PAD]",
  cls_token: "[CLS]",
  mask_token: "[MASK]",
};

function tokenizer(): object {
  const idOf = (word: string) => VOCABULARY.indexOf(word);
  const special = (content: string) => ({ id: idOf(content), content, ...NOT_STRIPPED, special: true });
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: MARKS.map(special),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep: ["[SEP]", idOf("[SEP]")], cls: ["[CLS]", idOf("[CLS]")] },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
    },
  };
}

const NOT_STRIPPED = { single_word: false, lstrip: false, rstrip: false, normalized: false };
