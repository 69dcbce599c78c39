import { randomUUID } from "node:crypto";
import { MOST_TURNS } from "../chat.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { Memory, MemoryScope } from "../memory/memory.ts";
import { answerQuestion } from "./answer.ts";
import type { AnswerScope, Brain, ModelStatus, Seal } from "./brain.ts";
import type { ChannelBrain, Channels } from "./channel-brain.ts";
import type { Follower } from "./follow.ts";
import type { AnswerRecords } from "./records.ts";
import { explainAnswer } from "./why.ts";
import { modelStatus, type ModelParts } from "./written-answer.ts";

/**
 * What a brain is made of. `seal` is what the core found out about its own network; `model` writes, or is the status of one that cannot
 * be used; `follower` keeps what answers were taken from in the `records`; `memory` keeps what was said to Hearth, `channels` the talk of
 * places that were switched on.
 */
interface BrainParts {
  readonly knowledge: Knowledge;
  readonly seal: Seal;
  readonly model: ModelParts | ModelStatus;
  readonly follower: Follower;
  readonly records: Pick<AnswerRecords, "why" | "rate" | "forget">;
  readonly memory: Memory;
  readonly channels: Channels;
}

/** The brain over what is written, and what was said. */
export function createBrain(given: BrainParts): Brain {
  const { knowledge, seal, follower } = given;
  const model = "engine" in given.model ? given.model : undefined;
  return {
    answer: async (question, options) => {
      const begun = follower.changes();
      const { channels } = given;
      const answered = {
        id: randomUUID(),
        ...(await answerQuestion(knowledge, question, { ...options, model, channels })),
      };
      follower.keep({ answered, question, begun });
      return answered;
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
    ...whatWasSaid(given),
    ...aboutChannels(given.channels),
  };
}

/** What was said and answered before, and what people said of it. */
function whatWasSaid({
  memory,
  records,
  knowledge,
  channels,
}: BrainParts): Pick<Brain, "remember" | "turns" | "revise" | "why" | "rate" | "forget"> {
  return {
    remember: async (messages, { signal }) => {
      signal.throwIfAborted();
      memory.keep(messages);
    },
    turns: async (of, { signal }) => {
      signal.throwIfAborted();
      return memory.turns(of, { limit: MOST_TURNS });
    },
    revise: async (revisions, { signal }) => {
      signal.throwIfAborted();
      return memory.revise(revisions) + (await channels.revise(revisions));
    },
    why: (id, options) => explainAnswer(id, { records, knowledge, talk: channels, ...options }),
    rate: async (said, { signal }) => {
      signal.throwIfAborted();
      records.rate(said, Date.now());
    },
    forget: async (of, { signal }) => {
      signal.throwIfAborted();
      return { messages: memory.forget(memoryScope(of)), ...records.forget(of), ...(await channels.forget(of)) };
    },
  };
}

/** What of the channels is for the edge. */
function aboutChannels(channels: Channels): ChannelBrain {
  return {
    keepTalk: (place, options) => channels.keepTalk(place, options),
    dropTalk: (place, options) => channels.dropTalk(place, options),
    keptTalk: (of, options) => channels.keptTalk(of, options),
    hear: (messages, options) => channels.hear(messages, options),
    optOut: (person, options) => channels.optOut(person, options),
    digest: (request, options) => channels.digest(request, options),
    digestNow: (id, options) => channels.digestNow(id, options),
  };
}

function memoryScope({ askerId, ...place }: AnswerScope): MemoryScope {
  return askerId === undefined ? place : { ...place, authorId: askerId };
}
