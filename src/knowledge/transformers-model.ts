import {
  AutoModel,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  LogLevel,
  Tensor,
  type PreTrainedTokenizer,
} from "@huggingface/transformers";
import type { ModelFiles, Pooling } from "./transformers-folder.ts";
import { poolTokens, toScores, toUnits, type Rows } from "./transformers-pooling.ts";

env.allowRemoteModels = false;
// Nothing is fetched, so nothing is to be kept; and what it would print may repeat a path or a text.
env.useFSCache = false;
env.logLevel = LogLevel.NONE;

/** A text, or a pair of texts, as the model's numbers. */
export interface Tokens {
  readonly ids: readonly number[];
  /** Which of the two texts each belongs to, where the model is told. */
  readonly types: readonly number[] | undefined;
}

/** A model in memory. A batch is padded to its longest member. */
export interface LoadedModel {
  /** Cut at what the model can read, its closing marks kept. */
  tokenize(text: string, second?: string): Tokens;
  /** One vector of unit length for each member, one after the other. */
  embed(batch: readonly Tokens[], pooling: Pooling): Promise<Float32Array>;
  /** How well the second text of each pair answers the first, 0 to 1. */
  score(batch: readonly Tokens[]): Promise<Float32Array>;
}

/** Loads a model from its folder and from nowhere else. Rejects with what the library says of a damaged one. */
export async function loadModel(
  { folder, subfolder, dtype, maxTokens }: ModelFiles,
  { as, threads }: { readonly as: "embed" | "score"; readonly threads: number },
): Promise<LoadedModel> {
  const tokenizer = await AutoTokenizer.from_pretrained(folder);
  const kind = as === "embed" ? AutoModel : AutoModelForSequenceClassification;
  const model = await kind.from_pretrained(folder, {
    dtype,
    subfolder,
    device: "cpu",
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1, extra: NO_SPINNING },
  });
  const closing = closingMarks(tokenizer);
  const run = async (batch: readonly Tokens[]): Promise<Readonly<Record<string, Tensor>>> =>
    model(toInputs(batch, tokenizer.pad_token_id ?? 0));
  return {
    tokenize: (text, second) => cut(encode(tokenizer, text, second), { maxTokens, closing }),
    embed: async (batch, pooling) => pool(await run(batch), { batch, pooling }),
    score: async (batch) => scoresOf(await run(batch)),
  };
}

/** Threads that wait for work do not burn a core meanwhile: others compute on this machine too. */
const NO_SPINNING = { session: { intra_op: { allow_spinning: "0" } } };

function encode(tokenizer: PreTrainedTokenizer, text: string, second?: string): Tokens {
  const pair = second === undefined ? {} : { text_pair: second };
  const { input_ids: ids, token_type_ids: types } = tokenizer(text, { return_tensor: false, ...pair });
  return { ids, types };
}

/** How many marks stand at the end of every text. */
function closingMarks(tokenizer: PreTrainedTokenizer): number {
  const [one, other] = ["a", "b"].map((text) => encode(tokenizer, text).ids.toReversed());
  const at = one?.findIndex((id, place) => id !== other?.[place]) ?? 0;
  return Math.max(0, at);
}

function cut(
  { ids, types }: Tokens,
  { maxTokens, closing }: { readonly maxTokens: number; readonly closing: number },
): Tokens {
  if (ids.length <= maxTokens) return { ids, types };
  const shorten = (list: readonly number[]) => [
    ...list.slice(0, maxTokens - closing),
    ...(closing === 0 ? [] : list.slice(-closing)),
  ];
  return { ids: shorten(ids), types: types && shorten(types) };
}

/** The model's inputs, padded at the end. */
function toInputs(batch: readonly Tokens[], padding: number): Record<string, Tensor> {
  const longest = Math.max(...batch.map(({ ids }) => ids.length));
  const tensor = (listOf: (tokens: Tokens) => readonly number[], rest: number) => {
    const values = new BigInt64Array(batch.length * longest).fill(BigInt(rest));
    for (const [row, tokens] of batch.entries()) {
      for (const [place, value] of listOf(tokens).entries()) values[row * longest + place] = BigInt(value);
    }
    return new Tensor("int64", values, [batch.length, longest]);
  };
  return {
    input_ids: tensor(({ ids }) => ids, padding),
    attention_mask: tensor(({ ids }) => ids.map(() => 1), 0),
    ...(batch.every(({ types }) => types) && { token_type_ids: tensor(({ types = [] }) => types, 0) }),
  };
}

/** Names of the output that has one vector for each text, where the model has made it itself, and of those with one for each token. */
const WHOLE = ["sentence_embedding", "text_embeds"];
const TOKENS = ["last_hidden_state", "token_embeddings"];

function pool(
  outputs: Readonly<Record<string, Tensor>>,
  { batch, pooling }: { readonly batch: readonly Tokens[]; readonly pooling: Pooling },
): Float32Array {
  const named = (names: readonly string[]) => names.map((name) => outputs[name]).find((tensor) => tensor !== undefined);
  const whole = named(WHOLE);
  if (whole) return toUnits(Float32Array.from(numbersOf(whole).data), whole.dims.at(-1) ?? 1);
  const tokens = named(TOKENS) ?? Object.values(outputs).find(({ dims }) => dims.length === 3);
  if (!tokens) throw new Error("The model gives no vectors");
  return poolTokens(numbersOf(tokens), { lengths: batch.map(({ ids }) => ids.length), pooling });
}

function scoresOf({ logits }: Readonly<Record<string, Tensor>>): Float32Array {
  if (!logits) throw new Error("The model gives no scores");
  return toScores(numbersOf(logits));
}

function numbersOf({ data, dims }: Tensor): Rows {
  if (data instanceof Float32Array) return { data, dims };
  throw new Error("The model's numbers are not of 32 bits");
}
