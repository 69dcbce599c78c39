import { styled, wrapped, type Look } from "../bots/terminal/look.ts";
import { toPlainLine } from "../bots/terminal/plain.ts";
import type { ModelLock, PulledModel } from "../model-lock.ts";
import type { CatalogueEntry } from "../models/catalogue.ts";
import { CONTEXT_TOKENS, type Fit } from "../models/fit.ts";
import type { Machine } from "../models/machine.ts";
import { gigabytes } from "../models/receive.ts";
import { shownSource } from "../models/source.ts";

const MARKS = 'Marked "+" is here; marked "*" is here and used.';
const QUANTIZATION =
  "Quantization is how many bits each of a model's numbers is stored in: with about four (Q4) it takes a quarter of the memory of " +
  "the 16-bit original and writes up to four times as fast, for answers that are a little worse.";

/** What `hearth models list` shows. */
export interface Listed {
  readonly dated: string;
  readonly models: readonly CatalogueEntry[];
  /** Models that are here and not on the list. */
  readonly others: readonly (readonly [string, PulledModel])[];
  readonly lock: ModelLock;
}

/** The models that are known, and the others that are here. Ends with a newline. */
export function renderList({ dated, models, others, lock }: Listed, look: Look): string {
  const notes = [
    MARKS,
    '"GPU" is the smallest usual graphics card it fits; every model runs without one too, and hearth models fit says how fast.',
    `The list is of ${dated}. "~": nobody checked this file for Hearth, so its size may be off, and its SHA-256 is pinned when you first pull it.`,
    "hearth models pull NAME gets one.",
  ];
  const parts = [
    knownLines({ models, lock }, look),
    ...(others.length > 0 ? [otherLines({ others, lock })] : []),
    notes.map((note) => wrapped(note, look)),
  ];
  return `${parts.map((part) => part.join("\n")).join("\n\n")}\n`;
}

function knownLines({ models, lock }: Pick<Listed, "models" | "lock">, look: Look): string[] {
  const rows = models.map(({ name, bytes, unverified, quantization, gpu, licence }) => [
    markOf(name, lock),
    name,
    `${unverified ? "~" : ""}${gigabytes(bytes)}`,
    quantization,
    `${gpu} GB`,
    licence,
  ]);
  const [head = "", ...lines] = table([["", "name", "size", "quant", "GPU", "licence"], ...rows], "<<><><");
  const known = lines.flatMap((line, index) => {
    const note = models[index]?.note;
    if (note === undefined) return [line];
    return [line, styled(wrapped(note, { ...look, prefix: "    " }), { format: "dim", ...look })];
  });
  return [styled(head, { format: "bold", ...look }), ...known];
}

function otherLines({ others, lock }: Pick<Listed, "others" | "lock">): string[] {
  const rows = others.map(([name, { bytes, source }]) => [
    markOf(name, lock),
    name,
    gigabytes(bytes),
    toPlainLine(shownSource(source)),
  ]);
  return ["Others that are here:", ...table(rows, "<<><")];
}

/** What this machine has, and what each model is predicted to need and do. Ends with a newline. */
export function renderFit(
  given: {
    readonly machine: Machine;
    readonly fits: readonly (Fit & { readonly name: string })[];
    readonly lock: ModelLock;
  },
  look: Look,
): string {
  const { machine, fits, lock } = given;
  const rows = fits.map(({ name, memoryBytes, isRough, fits: where, tokensPerSecond }) => [
    markOf(name, lock),
    name,
    `${isRough ? "~" : ""}${(memoryBytes / 1e9).toFixed(1)} GB`,
    { gpu: "yes, in the GPU", yes: "yes", tight: "if others end", no: "no" }[where],
    where === "no" ? "-" : tokensPerSecond.map(rounded).join(" to "),
  ]);
  const [head = "", ...lines] = table([["", "name", "memory", "fits", "tokens/s"], ...rows], "<<><>");
  const notes = [
    MARKS,
    `Memory is the file, a conversation of ${CONTEXT_TOKENS} tokens and 0.3 GB for the engine.`,
    "Tokens/s is what the processor can be expected to write: each token reads the weights once, so it is the speed of memory over their " +
      "size, of which 40 to 90 % is reached. A GPU that holds the model is faster, and was not measured. A sentence has about 25 tokens.",
    QUANTIZATION,
  ];
  return `${[
    describeMachine(machine).join("\n"),
    [styled(head, { format: "bold", ...look }), ...lines].join("\n"),
    notes.map((note) => wrapped(note, look)).join("\n"),
  ].join("\n\n")}\n`;
}

function describeMachine({ totalBytes, isLimited, freeBytes, cores, threads, readSpeed, gpus }: Machine): string[] {
  const limited = isLimited ? " (the container's limit)" : "";
  const computing = threads === cores ? "" : `, ${threads} of them to compute with`;
  return [
    `Memory  ${gigabytes(totalBytes)}${limited}, ${gigabytes(freeBytes)} free`,
    `Cores   ${cores}${computing}; they read memory at ${Math.round(readSpeed / 1e9)} GB/s (measured just now; other work lowers it)`,
    ...(gpus.length === 0 ? ["GPU     none that nvidia-smi lists"] : []),
    ...gpus.map(
      ({ name, totalBytes: total, freeBytes: free }) =>
        `GPU     ${toPlainLine(name)}, ${gigabytes(total)}, ${gigabytes(free)} free`,
    ),
  ];
}

function rounded(number: number): string {
  return number < 10 ? number.toFixed(1) : String(Number(number.toPrecision(2)));
}

function markOf(name: string, { models, used }: ModelLock): string {
  if (!(name in models)) return "";
  return used === name ? "*" : "+";
}

/** Rows as lines, each column as wide as its widest cell; `sides` says for each where its text stands. */
export function table(rows: readonly (readonly string[])[], sides: string): string[] {
  const widths = Array.from(sides, (_, column) => Math.max(1, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        sides[column] === ">" ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join(" ".repeat(2))
      .replace(/^(.) /, "$1")
      .trimEnd(),
  );
}
