import type { Answered, Brain, Progress } from "../../brain/brain.ts";
import type { Question } from "../../chat.ts";
import type { Log } from "../../log.ts";
import { UserError } from "../../user-error.ts";
import { toJson } from "./json.ts";
import { pacedProgress } from "./paced-progress.ts";

/** One line of the stream. */
type AnswerEvent =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "answer"; readonly answered: Answered }
  | { readonly kind: "error"; readonly message: string };

/**
 * The answer to a question as lines of JSON: where it stands, then the answer or an error that carries no text of anybody's. Who
 * stops reading stops the question.
 */
export function answerStream(given: {
  readonly brain: Brain;
  readonly log: Log;
  readonly question: Question;
  readonly signal: AbortSignal;
}): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const signal = AbortSignal.any([given.signal, left.signal]);
  return new ReadableStream({
    start(controller) {
      const encoder = new TextEncoder();
      let isOpen = true;
      const send = (event: AnswerEvent) => {
        if (isOpen && !left.signal.aborted) controller.enqueue(encoder.encode(`${toJson(event)}\n`));
      };
      const close = () => {
        isOpen = false;
        if (!left.signal.aborted) controller.close();
      };
      // Not awaited: a stream is not read before its start has ended, and progress is to be seen at once.
      void tell({ ...given, signal, send }).finally(close);
    },
    cancel: () => left.abort(),
  });
}

async function tell(given: {
  readonly brain: Brain;
  readonly log: Log;
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly send: (event: AnswerEvent) => void;
}): Promise<void> {
  const { brain, question, signal, send } = given;
  const log = given.log.child({ request: question.message.id });
  const startedAt = performance.now();
  try {
    using paced = pacedProgress((progress) => send({ kind: "progress", progress }));
    const answered = await brain.answer(question, { signal, onProgress: paced.tell });
    send({ kind: "answer", answered });
    log.info({ kind: answered.answer.kind, ms: Math.round(performance.now() - startedAt) }, "question answered");
  } catch (error) {
    if (signal.aborted) return log.info("question stopped");
    log.error({ err: error }, "question failed");
    const message = "This question could not be answered; Hearth's log says why.";
    send({ kind: "error", message: error instanceof UserError ? `${error.message}.` : message });
  }
}
