import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import type { EngineLimits, EngineRequest, Generated } from "../brain/engine.ts";
import type { LlamaEmbedderOptions } from "../brain/llama-embedder.ts";
import type { LlamaFacts, LlamaOptions } from "../brain/llama-options.ts";

/** What the model process is to open: a file, with the hash that it was pinned to, where there is one. */
export type OpenRequest = Omit<LlamaOptions, "hash"> & { readonly sha256?: string };

/** A model that was opened, with what was found out about it. */
export interface Opened {
  readonly limits: EngineLimits;
  readonly hash: string;
  readonly facts: LlamaFacts;
}

/** An embedding model that is to be opened instead. */
export type OpenEmbedderRequest = Omit<LlamaEmbedderOptions, "hash"> & {
  readonly sha256?: string;
  /** Bytes that may be used. */
  readonly freeBytes: number;
};

/** An embedding model that was opened. */
export interface OpenedEmbedder {
  readonly hash: string;
  readonly dimensions: number;
}

/** The code of an error that a person can mend; its message is a sentence for people. */
export const USER_ERROR_CODE = 2;

export const modelRequests = {
  open: new RequestType<OpenRequest, Opened, void>("open"),
  openEmbedder: new RequestType<OpenEmbedderRequest, OpenedEmbedder, void>("open embedder"),
  /** Vectors as the bytes of their 32-bit numbers, in base64: a third of what they are in digits. */
  embed: new RequestType<{ readonly texts: readonly string[] }, readonly string[], void>("embed"),
  count: new RequestType<{ readonly texts: readonly string[] }, readonly number[], void>("count"),
  generate: new RequestType<{ readonly id: number; readonly request: EngineRequest }, Generated, void>("generate"),
  forget: new RequestType<object, null, void>("forget"),
};

/** What was written for the request of this id is enough. */
export const enoughWritten = new NotificationType<{ readonly id: number }>("enough");

/** All that was written so far for the request of this id. */
export const writtenSoFar = new NotificationType<{ readonly id: number; readonly text: string }>("written");
