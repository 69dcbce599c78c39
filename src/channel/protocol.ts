import { ProgressType, RequestType } from "vscode-jsonrpc/node";
import { z } from "zod";
import type { Audience, Conversation, Hit, Passage, Question } from "../chat.ts";
import type { AnswerScope, Answered, BrainStatus, Progress, StaleAnswer } from "../brain/brain.ts";
import type { Explanation, SyncReport, Synced } from "../knowledge/knowledge.ts";
import type { Scope } from "../knowledge/passage-index.ts";

/** Characters of one message that pass the channel; a question with more is refused before the brain sees it. */
export const LONGEST_TEXT = 4_000;
/** Earlier turns that pass along with a question. */
export const MOST_TURNS = 50;
const text = z.string().max(LONGEST_TEXT);
const name = z.string().max(200);

const clearance = z
  .array(z.union([z.literal("public"), z.literal("team"), z.templateLiteral([z.string(), ":", z.string()])]))
  .min(1)
  .max(10_000);

const platform = z.enum(["discord", "slack", "web", "terminal"]);

const conversation = z
  .object({
    platform,
    space: name,
    channel: name,
    thread: name.optional(),
  })
  .transform(({ thread, ...rest }) => (thread === undefined ? rest : { ...rest, thread }));

const question = z.object({
  message: z.object({
    id: name,
    conversation,
    author: z.object({ id: name, name, isBot: z.boolean() }),
    text,
    sentAt: z.iso.datetime(),
  }),
  turns: z.array(z.object({ role: z.enum(["user", "assistant"]), text })).max(MOST_TURNS),
  clearance,
});

const scope = z
  .object({
    folder: z.string().max(4_096).optional(),
    types: z.array(name).min(1).max(100).optional(),
    since: z.iso.datetime().optional(),
    until: z.iso.datetime().optional(),
  })
  .default({})
  .transform(({ folder, types, since, until }) => ({
    ...(folder !== undefined && { folder }),
    ...(types !== undefined && { types }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }));

/** Which answers are meant; a key that nobody knows is refused, for it may be what was to limit them. */
const answerScope = z
  .strictObject({
    platform,
    space: name,
    channel: name.optional(),
    thread: name.optional(),
    messageId: name.optional(),
    askerId: name.optional(),
    since: z.iso.datetime().optional(),
  })
  .transform(({ channel, thread, messageId, askerId, since, ...rest }) => ({
    ...rest,
    ...(channel !== undefined && { channel }),
    ...(thread !== undefined && { thread }),
    ...(messageId !== undefined && { messageId }),
    ...(askerId !== undefined && { askerId }),
    ...(since !== undefined && { since }),
  }));

/** What the core accepts from the edge, checked field by field: the edge has the network, so the core does not trust it. */
export const wire = {
  answer: z.object({ question, progress: z.string() }),
  lookup: z.object({ words: text, clearance, scope, limit: z.int().min(1).max(100) }),
  sync: z.object({ complete: z.boolean().default(false) }),
  document: z.object({ id: name, clearance }),
  explain: z
    .object({ path: z.string().max(4_096), question: text.optional() })
    .transform(({ path, question: asked }) => ({ path, ...(asked !== undefined && { question: asked }) })),
  staleAnswers: z.object({ platform, ids: z.array(name).max(1_000) }),
  watchAnswers: z.object({ platform, watch: name }),
  forgetAnswers: answerScope,
};

type Platform = { readonly platform: Conversation["platform"] };
type Clearance = { readonly clearance: readonly Audience[] };

export const requests = {
  /** Answered at once by a core that lives. */
  greet: new RequestType<object, null, void>("greet"),
  answer: new RequestType<{ readonly question: Question; readonly progress: string }, Answered, void>("answer"),
  lookup: new RequestType<
    Clearance & { readonly words: string; readonly scope?: Scope; readonly limit: number },
    readonly Hit[],
    void
  >("lookup"),
  document: new RequestType<Clearance & { readonly id: string }, readonly Passage[], void>("document"),
  sync: new RequestType<{ readonly complete?: boolean }, SyncReport, void>("sync"),
  plan: new RequestType<object, Synced, void>("plan"),
  explain: new RequestType<{ readonly path: string; readonly question?: string }, Explanation, void>("explain"),
  status: new RequestType<object, BrainStatus, void>("status"),
  staleAnswers: new RequestType<Platform & { readonly ids: readonly string[] }, readonly StaleAnswer[], void>(
    "staleAnswers",
  ),
  /** Answered when it is cancelled; until then the core asks `tell(watch)` of the edge, a StaleAnswer each. */
  watchAnswers: new RequestType<Platform & { readonly watch: string }, null, void>("watchAnswers"),
  forgetAnswers: new RequestType<AnswerScope, number, void>("forgetAnswers"),
};

/** The request by which the core asks the edge to tell of a stale answer, which is told once that is answered. */
export function tell(watch: string): string {
  return `tell ${watch}`;
}

export const progress = new ProgressType<Progress>();
