import type { Knowledge } from "../knowledge/knowledge.ts";
import { answerQuestion } from "./answer.ts";
import type { Brain, ModelStatus, Seal } from "./brain.ts";
import { modelStatus, type ModelParts } from "./written-answer.ts";

/**
 * The brain over what is written. `seal` is what the core found out about its own network; `model` writes, or is the status of one
 * that cannot be used.
 */
export function createBrain(given: {
  readonly knowledge: Knowledge;
  readonly seal: Seal;
  readonly model: ModelParts | ModelStatus;
}): Brain {
  const { knowledge, seal } = given;
  const model = "engine" in given.model ? given.model : undefined;
  return {
    answer: (question, options) => answerQuestion(knowledge, question, { ...options, model }),
    lookup: (words, options) => knowledge.lookup(words, options),
    document: async (id, { clearance, signal }) => {
      signal.throwIfAborted();
      return knowledge.document(id, { clearance });
    },
    sync: (options) => knowledge.sync(options),
    status: async ({ signal }) => {
      signal.throwIfAborted();
      const shown = "engine" in given.model ? await modelStatus(given.model) : given.model;
      return { ...(await knowledge.status()), seal, model: shown };
    },
  };
}
