import type { Knowledge } from "../knowledge/knowledge.ts";
import { answerQuestion } from "./answer.ts";
import type { Brain, Seal } from "./brain.ts";

/** The brain over what is written. `seal` is what the core found out about its own network. */
export function createBrain({ knowledge, seal }: { readonly knowledge: Knowledge; readonly seal: Seal }): Brain {
  return {
    answer: (question, options) => answerQuestion(knowledge, question, options),
    lookup: (words, options) => knowledge.lookup(words, options),
    document: async (id, { clearance, signal }) => {
      signal.throwIfAborted();
      return knowledge.document(id, { clearance });
    },
    sync: (options) => knowledge.sync(options),
    status: async ({ signal }) => {
      signal.throwIfAborted();
      return { ...(await knowledge.status()), seal, model: { kind: "none" } };
    },
  };
}
