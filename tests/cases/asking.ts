import type { DiscordEmulator } from "../../emulators/discord/emulator.ts";
import type { Acme } from "./world.ts";

/** A message as people see it. */
export type ShownMessage = ReturnType<DiscordEmulator["history"]>[number];

/** A command as whoever used it sees it. */
export type Command = ReturnType<DiscordEmulator["slash"]>;

/** A question that somebody put, by its message. */
export interface Question {
  readonly id: string;
  /** The id of its place. */
  readonly in: string;
  readonly by: string;
  /** performance.now() when it was put, and when its answer stood. */
  readonly at: number;
  answeredAt?: number;
}

/** The time in which nothing may change any more before an answer counts as finished. */
const STILL_MS = 350;

/** The messages that answer a question, in order: the reply, and what continues it. */
export function answersTo({ emulator, places }: Acme, { id, in: place }: Question): ShownMessage[] {
  const messages = emulator.history(place);
  const isDirect = [...places].some(([name, own]) => own === place && name.startsWith("DM_"));
  const found: ShownMessage[] = [];
  let isOurs = false;
  for (const message of messages) {
    if (message.author !== emulator.bot) {
      if (message.id === id) isOurs = isDirect;
      else isOurs = isOurs && !isDirect;
      continue;
    }
    if (message.replyTo !== undefined) isOurs = message.replyTo === id;
    if (isOurs) found.push(message);
  }
  return found;
}

/** How many answers a question got: messages that reply to it, or, where none does, the first one after it in a direct message. */
export function countAnswers(acme: Acme, question: Question): number {
  const answers = answersTo(acme, question);
  const replies = answers.filter(({ replyTo }) => replyTo === question.id).length;
  return replies > 0 ? replies : Math.min(1, answers.length);
}

/** Waits until the answer stands: it is there, nobody can stop it, and nothing changes any more. False where it never does. */
export async function whenAnswered(acme: Acme, question: Question, timeoutMs: number): Promise<boolean> {
  const { emulator } = acme;
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const isThere = await emulator
      .until(() => isFinished(acme, question), Math.max(1, until - performance.now()))
      .then(
        () => true,
        () => false,
      );
    if (!isThere) return false;
    const before = fingerprint(acme, question);
    const at = performance.now();
    const hasChanged = await emulator
      .until(() => fingerprint(acme, question) !== before, STILL_MS)
      .then(
        () => true,
        () => false,
      );
    if (hasChanged) continue;
    question.answeredAt = at;
    return true;
  }
  return false;
}

function isFinished(acme: Acme, question: Question): boolean {
  const answers = answersTo(acme, question);
  return (
    answers.length > 0 &&
    answers.every(({ loading, components }) => !loading && !components.some(({ label }) => label === "Stop"))
  );
}

function fingerprint(acme: Acme, question: Question): string {
  return answersTo(acme, question)
    .map(({ id, edits, content }) => `${id} ${edits} ${content.length}`)
    .join("\n");
}

/** Waits until the bot has made no request for a while. */
export async function whenQuiet({ emulator }: Acme, { stillMs = 400, mostMs = 5_000 } = {}): Promise<void> {
  const until = performance.now() + mostMs;
  while (performance.now() < until) {
    const before = emulator.transcript.entries.length;
    const hasMoved = await emulator
      .until(
        () => emulator.transcript.entries.slice(before).some(({ kind }) => kind === "rest"),
        Math.min(stillMs, Math.max(1, until - performance.now())),
      )
      .then(
        () => true,
        () => false,
      );
    if (!hasMoved) return;
  }
}
