import type { Acme, Question } from "./acme.ts";

/** The time in which nothing may change any more before an answer counts as finished. */
const STILL_MS = 350;

/** Waits until the answer stands: it is there, nobody can stop it, and nothing changes any more. False where it never does. */
export async function whenAnswered(acme: Acme, question: Question, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const left = Math.max(1, until - performance.now());
    if (!(await happens(acme, () => isFinished(acme, question), left))) return false;
    const before = fingerprint(acme, question);
    const at = performance.now();
    if (await happens(acme, () => fingerprint(acme, question) !== before, STILL_MS)) continue;
    question.answeredAt = at;
    return true;
  }
  return false;
}

function happens(acme: Acme, what: () => boolean, withinMs: number): Promise<boolean> {
  return acme.until(what, withinMs).then(
    () => true,
    () => false,
  );
}

function isFinished(acme: Acme, question: Question): boolean {
  const answers = acme.answersTo(question);
  return answers.length > 0 && answers.every(({ isGrowing }) => !isGrowing);
}

function fingerprint(acme: Acme, question: Question): string {
  return acme
    .answersTo(question)
    .map(({ id, edits, text }) => `${id} ${edits} ${text.length}`)
    .join("\n");
}

/** Waits until the bot has made no call for a while. */
export async function whenQuiet(acme: Acme, { stillMs = 400, mostMs = 5_000 } = {}): Promise<void> {
  const until = performance.now() + mostMs;
  while (performance.now() < until) {
    const before = acme.calls();
    const left = Math.min(stillMs, Math.max(1, until - performance.now()));
    if (!(await happens(acme, () => acme.calls() > before, left))) return;
  }
}
