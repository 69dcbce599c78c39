/** How a model is loaded: see `model` in config/hearth.example.yaml for what each key means. Paths are absolute. */
export interface LlamaOptions {
  readonly file: string;
  readonly name: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly contextTokens: number;
  readonly parallel: number;
  readonly threads?: number;
  readonly gpu: "auto" | "off" | "cuda" | "vulkan" | "metal";
  readonly flashAttention: "auto" | "on" | "off";
  readonly cache: "f16" | "q8_0";
  readonly lookup: "auto" | "off";
  readonly thinkingTokens: number;
  readonly lora: readonly { readonly file: string; readonly scale: number }[];
  /** Where evaluated prompts are kept, and how much of them. */
  readonly stateFolder: string;
  readonly stateMegabytes: number;
  /** Bytes that may be used for model and contexts. */
  readonly freeBytes: number;
}

/** What was planned and loaded: bytes of memory, sequences, tokens of each, and "cpu" or the kind of GPU. */
export interface LlamaFacts {
  readonly bytes: number;
  readonly sequences: number;
  readonly contextTokens: number;
  readonly device: string;
}
