import { randomUUID } from "node:crypto";
import type { Knowledge } from "../knowledge/knowledge.ts";
import { answerQuestion } from "./answer.ts";
import type { Brain, ModelStatus, Seal } from "./brain.ts";
import type { Follower } from "./follow.ts";
import { modelStatus, type ModelParts } from "./written-answer.ts";

/**
 * The brain over what is written. `seal` is what the core found out about its own network; `model` writes, or is the status of one
 * that cannot be used; `follower` keeps what answers were taken from.
 */
export function createBrain(given: {
  readonly knowledge: Knowledge;
  readonly seal: Seal;
  readonly model: ModelParts | ModelStatus;
  readonly follower: Follower;
}): Brain {
  const { knowledge, seal, follower } = given;
  const model = "engine" in given.model ? given.model : undefined;
  return {
    answer: async (question, options) => {
      const begun = follower.changes();
      const answered = await answerQuestion(knowledge, question, { ...options, model });
      const id = randomUUID();
      follower.keep({ id, question, answer: answered.answer, begun });
      return { id, ...answered };
    },
    lookup: (words, options) => knowledge.lookup(words, options),
    document: async (id, { clearance, signal }) => {
      signal.throwIfAborted();
      return knowledge.document(id, { clearance });
    },
    sync: async (options) => {
      const report = await knowledge.sync(options);
      // Whoever keeps the index elsewhere does not tell what changed.
      await (report.isKeptElsewhere ? follower.changed() : follower.idle());
      return report;
    },
    plan: (options) => knowledge.plan(options),
    explain: (path, options) => knowledge.explain(path, options),
    status: async ({ signal }) => {
      signal.throwIfAborted();
      const shown = "engine" in given.model ? await modelStatus(given.model) : given.model;
      return { ...(await knowledge.status()), seal, model: shown };
    },
    staleAnswers: (of, options) => follower.staleAnswers(of, options),
    watchAnswers: (of, options) => follower.watchAnswers(of, options),
    forgetAnswers: (of, options) => follower.forgetAnswers(of, options),
  };
}
