import { setTimeout as delay } from "node:timers/promises";
import type { Question } from "../chat.ts";
import type { Found } from "../knowledge/knowledge.ts";
import { UserError } from "../user-error.ts";
import type { Answered, ModelStatus, Progress, QuotedAnswer, Writing } from "./brain.ts";
import type { Engine } from "./engine.ts";
import type { NoteWriter } from "./write-notes.ts";
import { QueueFull, type ModelQueue, type Ticket } from "./model-queue.ts";
import type { Writer } from "./write.ts";

/** Whether the model is let write, and why, in a sentence for people. */
export interface Permission {
  readonly writes: boolean;
  readonly why: string;
}

/** How long a status waits for what is found out about a model's file. */
const PATIENCE_MS = 500;
const UNKNOWN: Permission = { writes: false, why: "Its file is being checked" };

/** A model with all it takes to write below quoted answers. */
export interface ModelParts {
  readonly engine: Engine;
  readonly writer: Writer;
  readonly queue: ModelQueue;
  /** Takes notes of talk, for digests. */
  readonly notes?: NoteWriter;
  readonly permission: () => Promise<Permission>;
  /** After so many seconds the asker is told that the quoted answer stands for now. */
  readonly seconds: number;
  /** Told of what broke, for the log. */
  readonly failed: (error: unknown) => void;
}

interface Given {
  readonly question: Question;
  readonly found: Found;
  readonly quoted: QuotedAnswer;
}

/** What writing made of a quoted answer: the same, or one that is written, and what became of it. */
type Outcome = Pick<Answered, "answer" | "writing"> & {
  readonly timings: Pick<Answered["timings"], "waiting" | "writing">;
};

/**
 * Quote first, prose second: tells the quoted answer at once, then waits for the model's turn and writes. Whatever fails, the quoted
 * answer stands and says why. Rejects with the signal's reason only.
 */
export async function writeBelow(
  given: Given,
  parts: ModelParts,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress: ((progress: Progress) => void) | undefined },
): Promise<Outcome> {
  const { quoted, question } = given;
  const stands = (why: string): Outcome => ({ answer: quoted, writing: { kind: "not written", why }, timings: {} });
  // Before anything that takes time: to ask whether the model may write can mean to hash its file.
  onProgress?.({ kind: "quoted", answer: quoted });
  const permission = await parts.permission();
  if (!permission.writes) return stands(permission.why);
  using _late = tellLate(parts, onProgress);
  const startedAt = performance.now();
  try {
    return await parts.queue.run(
      ticketOf(question),
      async () => {
        const begunAt = performance.now();
        const { parallel } = await parts.engine.ready({ signal });
        parts.queue.setParallel(parallel);
        const outcome = await write(given, parts, { signal, onProgress });
        const timings = { waiting: begunAt - startedAt, writing: performance.now() - begunAt };
        return { ...outcome, timings };
      },
      { signal, onPlace: ({ ahead, seconds }) => onProgress?.({ kind: "waiting", ahead, seconds }) },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof QueueFull) return stands(`${error.message}, so the answer is quoted`);
    if (error instanceof UserError) return stands(error.message);
    parts.failed(error);
    return stands("The model failed, so the answer is quoted; Hearth's log says why");
  }
}

function ticketOf({ message: { author, conversation } }: Question): Ticket {
  const { platform, space, channel } = conversation;
  const place = `${platform}:${space}`;
  return { person: `${place}:${author.id}`, place: `${place}:${channel}`, urgency: "interactive" };
}

async function write(
  given: Given,
  { writer, engine }: ModelParts,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal; readonly onProgress: ((progress: Progress) => void) | undefined },
): Promise<Pick<Answered, "answer" | "writing">> {
  const onText = (text: string, shown: QuotedAnswer["passages"]) =>
    onProgress?.({ kind: "writing", text, passages: shown, model: engine.label() });
  const { text, passages, quotes, written } = await writer.write(given, { signal, onText });
  const writing: Writing = { kind: "written", ...written };
  if (text !== "") return { answer: { kind: "cited", text, quotes, passages }, writing };
  const why = "Nothing that the model wrote is carried by the documents, so the answer is quoted";
  return { answer: given.quoted, writing: { kind: "not written", why, tried: written } };
}

/** Says why the quoted answer stands for now: at once while the model loads, and when it takes longer than the limit. */
function tellLate({ engine, seconds }: ModelParts, onProgress: ((progress: Progress) => void) | undefined): Disposable {
  if (engine.state().kind === "loading") {
    onProgress?.({ kind: "late", why: "The model is still loading; what it writes follows" });
  }
  const timer = setTimeout(
    () => onProgress?.({ kind: "late", why: "The model takes longer than usual; what it writes follows" }),
    seconds * 1_000,
  );
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The model as people see it. */
export async function modelStatus({ engine, queue, permission }: ModelParts): Promise<ModelStatus> {
  const { writes, why } = await Promise.race([permission(), delay(PATIENCE_MS, UNKNOWN)]);
  const state = engine.state();
  const peakBytes = engine.peakBytes?.();
  const memory = peakBytes === undefined ? {} : { peakBytes };
  const shown = { model: engine.label(), writes, waiting: queue.waiting(), ...memory };
  if (state.kind === "failed") return { ...shown, kind: "failed", writes: false, why: state.why };
  return { ...shown, kind: writes ? state.kind : "idle", why };
}
