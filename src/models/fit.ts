import type { CatalogueEntry } from "./catalogue.ts";
import type { Machine } from "./machine.ts";

/** Tokens of one conversation that memory is predicted for: the default of model.contextTokens. */
export const CONTEXT_TOKENS = 4_096;
/** What the engine needs besides weights and conversation. */
const ENGINE = 300_000_000;
/** Bytes of one number in the memory of a conversation (f16), twice: keys and values. */
const KEY_AND_VALUE = 2 * 2;
/** Of a graphics card's memory, what a model may take: the rest is the screen's and the driver's. */
const OF_GPU = 0.9;
/**
 * Writing one token reads the weights it needs once, and hardly anything else is slow; so tokens a second are at most the speed of
 * memory over those bytes. What llama.cpp reaches of it: about .8 where it was measured, less where a processor is slow for its memory.
 */
const REACHED = [0.4, 0.9] as const;

/** What the prediction needs to know of a model. */
export type Measures = Pick<CatalogueEntry, "bytes"> &
  Partial<Pick<CatalogueEntry, "shape" | "parameters" | "activeParameters">>;

/** What a model is predicted to need and to do on a machine. */
export interface Fit {
  readonly memoryBytes: number;
  /** The memory for the conversation is a rule of thumb, as the model's shape is not known. */
  readonly isRough: boolean;
  /** "gpu": all of it in one card; "yes": in free memory; "tight": only if other programs end; "no": never. */
  readonly fits: "gpu" | "yes" | "tight" | "no";
  /** Tokens a second written by the processor, from and to. */
  readonly tokensPerSecond: readonly [number, number];
}

/** Bytes of memory a model takes with one conversation. */
export function memoryFor({ bytes, shape }: Measures): number {
  // Where the shape is not known: about what it is for models of 3 to 30 billion parameters.
  const conversation = shape
    ? shape.layers * shape.kvHeads * shape.headSize * KEY_AND_VALUE * CONTEXT_TOKENS
    : Math.max(500_000_000, bytes / 10);
  return bytes + conversation + ENGINE;
}

/** Whether a model fits in a graphics card of so many bytes. */
export function fitsGpu(model: Measures, gpuBytes: number): boolean {
  return memoryFor(model) <= gpuBytes * OF_GPU;
}

/** What a model is predicted to need and to do on this machine. */
export function fitOn(machine: Machine, model: Measures): Fit {
  const memoryBytes = memoryFor(model);
  const { parameters, activeParameters } = model;
  const share = parameters !== undefined && activeParameters !== undefined ? activeParameters / parameters : 1;
  const most = machine.readSpeed / (model.bytes * share);
  return {
    memoryBytes,
    isRough: model.shape === undefined,
    fits: fitsWhere(machine, memoryBytes),
    tokensPerSecond: [most * REACHED[0], most * REACHED[1]],
  };
}

function fitsWhere({ gpus, freeBytes, totalBytes }: Machine, needed: number): Fit["fits"] {
  if (gpus.some((gpu) => needed <= gpu.freeBytes * OF_GPU)) return "gpu";
  if (needed <= freeBytes) return "yes";
  // Something of every machine is always taken.
  return needed <= totalBytes * OF_GPU ? "tight" : "no";
}
