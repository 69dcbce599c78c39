import type { GbnfJsonSchema } from "node-llama-cpp";
import type { ModelLabel } from "./brain.ts";

/** One message of a prompt. What it says is text only: nothing in it can become a special token of the model. */
export interface PromptMessage {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

/** What a model is asked to write. */
export interface EngineRequest {
  /** Stable parts first, so that what was evaluated before can be used again. */
  readonly messages: readonly PromptMessage[];
  /** How many messages at the beginning all prompts have in common: what is kept of them serves every question. */
  readonly stable?: number;
  readonly maxTokens: number;
  /** Nothing of it is to be kept, neither in memory nor on the disk, once it is written. */
  readonly isPassing?: boolean;
  /** Binds what is written to a grammar (GBNF) or to a JSON schema. An engine that cannot do it rejects. */
  readonly format?:
    | { readonly kind: "grammar"; readonly gbnf: string }
    | { readonly kind: "json"; readonly schema: GbnfJsonSchema };
}

/** What a model wrote, without its thinking, and what that cost. Seconds are wall-clock. */
export interface Generated {
  readonly text: string;
  /** "length" where `maxTokens` or the context ended it. */
  readonly ended: "stop" | "length";
  readonly tokens: { readonly prompt: number; readonly reused: number; readonly written: number };
  readonly seconds: { readonly prompt: number; readonly writing: number };
}

/** What a ready model allows: tokens of prompt and answer together, and how many answers are written at once. */
export interface EngineLimits {
  readonly contextTokens: number;
  readonly parallel: number;
}

export type EngineState =
  | { readonly kind: "loading" }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly why: string };

export interface GenerateOptions {
  readonly signal: AbortSignal;
  /** Ends it as if the model had: what was written until then is the answer. */
  readonly enough?: AbortSignal;
  /** Is given all that is written so far, and must not throw. */
  readonly onText?: (text: string) => void;
}

/** A model that writes. Whoever opened it disposes of it. */
export interface Engine extends AsyncDisposable {
  label(): ModelLabel;
  /** Where it stands now; `why` is a sentence with the cure. */
  state(): EngineState;
  /** Resolves once it can write; rejects with a UserError when it cannot, or with the signal's reason. */
  ready(options: { readonly signal: AbortSignal }): Promise<EngineLimits>;
  /** How many tokens each text has for this model; an estimate where the engine has no tokenizer. */
  countTokens(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<readonly number[]>;
  /** Writes. The signal ends it within one token, and it then rejects. */
  generate(request: EngineRequest, options: GenerateOptions): Promise<Generated>;
  /** The most memory that its process held so far, in bytes, where it has one. */
  peakBytes?(): number | undefined;
  /** Removes what was kept of earlier prompts: from memory, and from the disk. */
  forget(): Promise<void>;
}
