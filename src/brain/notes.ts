import { readersOf, type TalkMessage, type TalkPlace } from "../chat.ts";
import { windowsOf } from "../memory/windows.ts";
import type { ModelLabel } from "./brain.ts";
import type { Note } from "./digest-note.ts";
import type { DigestStore, KeptNotes } from "./digests.ts";
import type { Ticket } from "./model-queue.ts";
import type { NoteWriter } from "./write-notes.ts";
import type { ModelParts } from "./written-answer.ts";

/** A model that may take notes. */
export interface Noting {
  readonly writer: NoteWriter;
  readonly model: ModelParts;
}

/** How large a stretch of conversation is noted at once, and how much has to be said there to be worth a note. */
const WINDOW = { messages: 24, characters: 2_400, overlap: 0 } as const;
const [FEWEST_MESSAGES, FEWEST_CHARACTERS] = [3, 160];
/** Somebody waits: so many stretches that were not noted before are noted for a digest at once, and no more after so long. */
const MOST_AT_ONCE = 6;
const LONGEST_MS = 12_000;

/** The model with what it takes to note, where there is one and it may write. */
export async function notingOf(model: ModelParts | undefined): Promise<Noting | undefined> {
  if (!model?.notes) return undefined;
  return (await model.permission()).writes ? { writer: model.notes, model } : undefined;
}

/** Stretches of conversation that are worth a note, without what was noted before. Pure. */
export function unnoted(messages: readonly TalkMessage[], kept: readonly KeptNotes[]): (readonly TalkMessage[])[] {
  const noted = new Set(kept.flatMap((one) => one.messages));
  const ids = new Map(messages.map((message) => [message.id, message]));
  return windowsOf(
    messages.filter(({ id }) => !noted.has(id)),
    WINDOW,
  )
    .map((window) => window.messages.flatMap(({ id }) => ids.get(id) ?? []))
    .filter((own) => own.length >= FEWEST_MESSAGES && lengthOf(own) >= FEWEST_CHARACTERS);
}

function lengthOf(messages: readonly TalkMessage[]): number {
  return messages.reduce((sum, { text }) => sum + text.length, 0);
}

/**
 * The notes on messages of a place: those that were taken before, and new ones on the longest stretches without, which are kept where
 * `keep` says that the messages still stand. What fails is logged, and does without.
 */
export async function notesOn(
  messages: readonly TalkMessage[],
  given: {
    readonly place: TalkPlace;
    readonly noting: Noting;
    readonly kept: readonly KeptNotes[];
    readonly keep: (of: KeptNotes) => void;
    readonly isHurried: boolean;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly notes: readonly Note[]; readonly label: ModelLabel }> {
  const { place, noting, kept, keep, isHurried, signal } = given;
  const ids = new Set(messages.map(({ id }) => id));
  // Those that are about others too are not for these messages, which are then noted by themselves.
  const usable = kept.filter((one) => one.messages.every((id) => ids.has(id)));
  const notes = usable.flatMap((one) => one.notes);
  const stretches = unnoted(messages, usable).toSorted((one, other) => lengthOf(other) - lengthOf(one));
  const limited = isHurried ? AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]) : signal;
  for (const stretch of isHurried ? stretches.slice(0, MOST_AT_ONCE) : stretches) {
    const made = await noteOne(stretch, { place, noting, urgency: "digest", signal: limited });
    signal.throwIfAborted();
    if (!made) break;
    keep(made);
    notes.push(...made.notes);
  }
  return { notes, label: noting.writer.label() };
}

/** Notes one stretch when the model's turn comes; undefined where it failed or was given up. */
export async function noteOne(
  stretch: readonly TalkMessage[],
  given: {
    readonly place: TalkPlace;
    readonly noting: Noting;
    readonly urgency: Ticket["urgency"];
    readonly signal: AbortSignal;
  },
): Promise<KeptNotes | undefined> {
  const { place, noting, urgency, signal } = given;
  const ticket = { person: "Hearth", place: readersOf(place), urgency };
  try {
    const write = () => noting.writer.write(stretch, { signal });
    const notes = await noting.model.queue.run(ticket, write, { signal });
    return { notes, messages: stretch.map(({ id }) => id) };
  } catch (error) {
    if (!signal.aborted) noting.model.failed(error);
    return undefined;
  }
}

export type KeepNotes = (place: TalkPlace, of: KeptNotes) => void;

/** Keeps notes unless a message that they are about was deleted or edited while they were written. */
export function keepsNotes(given: {
  readonly digests: Pick<DigestStore, "addNotes">;
  readonly writer: NoteWriter;
  readonly current: (place: TalkPlace, ids: readonly string[]) => readonly TalkMessage[];
  readonly messages: readonly TalkMessage[];
  readonly now: () => number;
}): KeepNotes {
  const texts = new Map(given.messages.map(({ id, text }) => [id, text]));
  return (place, of) => {
    const current = given.current(place, of.messages);
    const isSame = current.length === of.messages.length && current.every(({ id, text }) => texts.get(id) === text);
    if (isSame) given.digests.addNotes(place, { ...of, writer: given.writer.id() }, given.now());
  };
}
