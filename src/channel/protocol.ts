import { ProgressType, RequestType } from "vscode-jsonrpc/node";
import { z } from "zod";
import type { Audience, Hit, Passage, Question } from "../chat.ts";
import type { Answered, BrainStatus, Progress } from "../brain/brain.ts";
import type { SyncReport } from "../knowledge/knowledge.ts";
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

const conversation = z
  .object({
    platform: z.enum(["discord", "slack", "web", "terminal"]),
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

/** What the core accepts from the edge, checked field by field: the edge has the network, so the core does not trust it. */
export const wire = {
  answer: z.object({ question, progress: z.string() }),
  lookup: z.object({ words: text, clearance, scope, limit: z.int().min(1).max(100) }),
  sync: z.object({ complete: z.boolean().default(false) }),
  document: z.object({ id: name, clearance }),
};

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
  status: new RequestType<object, BrainStatus, void>("status"),
};

export const progress = new ProgressType<Progress>();
