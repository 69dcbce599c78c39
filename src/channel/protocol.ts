import { ProgressType, RequestType } from "vscode-jsonrpc/node";
import { z } from "zod";
import {
  LONGEST_TEXT,
  MOST_FILE_BYTES,
  MOST_FILES,
  MOST_TURNS,
  type AttachedFile,
  type Audience,
  type ChatMessage,
  type Conversation,
  type Hit,
  type Passage,
  type Question,
  type Turn,
} from "../chat.ts";
import type {
  AnswerScope,
  Answered,
  BrainStatus,
  Forgotten,
  Progress,
  Rating,
  Revision,
  StaleAnswer,
  Why,
} from "../brain/brain.ts";
import type { Explanation, SyncReport, Synced } from "../knowledge/knowledge.ts";
import type { Scope } from "../knowledge/passage-index.ts";
import {
  audience,
  clearance,
  conversation,
  instant,
  LONGEST_MESSAGE,
  messageFields,
  name,
  platform,
  present,
  text,
} from "./wire.ts";

/** What passes the channel with one question; a question with more is refused before the brain sees it. */
export { LONGEST_TEXT, MOST_FILES, MOST_TURNS };
/** Characters of base64 in all files of a question: four for three bytes, of each file rounded up. */
export const MOST_FILE_CHARACTERS = 4 * (Math.ceil(MOST_FILE_BYTES / 3) + MOST_FILES);
/** Bytes of one message to the core: those files, with the longest question and all its turns. */
export const MOST_BYTES = 16_000_000;
/** A message of any length. */
const spoken = z.object(messageFields(z.string().max(LONGEST_MESSAGE)));

/** Whether files may pass with a question. */
export function mayPass(files: readonly AttachedFile[]): boolean {
  const characters = files.reduce((sum, { base64 }) => sum + base64.length, 0);
  return files.length <= MOST_FILES && characters <= MOST_FILE_CHARACTERS;
}

const files = z
  .array(z.object({ name: z.string().min(1).max(1_000), base64: z.string().max(MOST_FILE_CHARACTERS) }))
  .max(MOST_FILES)
  .refine(mayPass);

const question = z
  .object({
    message: z.object(messageFields(text)).transform(present),
    turns: z.array(z.object({ role: z.enum(["user", "assistant"]), text })).max(MOST_TURNS),
    clearance,
    talk: z.array(audience).max(10_000).optional(),
    files: files.optional(),
  })
  .transform(present);

const revision = z
  .object({ conversation, id: name, text: z.string().max(LONGEST_MESSAGE).optional() })
  .transform(present);

const scope = z
  .object({
    folder: z.string().max(4_096).optional(),
    types: z.array(name).min(1).max(100).optional(),
    since: instant.optional(),
    until: instant.optional(),
  })
  .default({})
  .transform(present);

/** Which answers are meant; a key that nobody knows is refused, for it may be what was to limit them. */
const answerScope = z
  .strictObject({
    platform,
    space: name,
    channel: name.optional(),
    thread: name.optional(),
    messageId: name.optional(),
    askerId: name.optional(),
    since: instant.optional(),
  })
  .transform(present);

/** What the core accepts from the edge, checked field by field: the edge has the network, so the core does not trust it. */
export const wire = {
  answer: z.object({ question, progress: z.string() }),
  lookup: z.object({ words: text, clearance, scope, limit: z.int().min(1).max(100) }),
  sync: z.object({ complete: z.boolean().default(false) }),
  document: z.object({ id: name, clearance }),
  explain: z.object({ path: z.string().max(4_096), question: text.optional() }).transform(present),
  staleAnswers: z.object({ platform, ids: z.array(name).max(1_000) }),
  watchAnswers: z.object({ platform, watch: name }),
  forgetAnswers: answerScope,
  remember: z.object({ messages: z.array(spoken.transform(present)).max(100) }),
  turns: z.object({ conversation, replyTo: name.optional() }).transform(present),
  revise: z.object({ revisions: z.array(revision).max(1_000) }),
  why: z.object({ id: name, clearance }),
  rate: z.object({ answerId: name, personId: name, rating: z.enum(["up", "down"]).optional() }).transform(present),
  forget: answerScope,
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
  remember: new RequestType<{ readonly messages: readonly ChatMessage[] }, null, void>("remember"),
  turns: new RequestType<{ readonly conversation: Conversation; readonly replyTo?: string }, readonly Turn[], void>(
    "turns",
  ),
  revise: new RequestType<{ readonly revisions: readonly Revision[] }, number, void>("revise"),
  /** Null where nothing is known of it. */
  why: new RequestType<Clearance & { readonly id: string }, Why | null, void>("why"),
  rate: new RequestType<{ readonly answerId: string; readonly personId: string; readonly rating?: Rating }, null, void>(
    "rate",
  ),
  forget: new RequestType<AnswerScope, Forgotten, void>("forget"),
};

/** The request by which the core asks the edge to tell of a stale answer, which is told once that is answered. */
export function tell(watch: string): string {
  return `tell ${watch}`;
}

export const progress = new ProgressType<Progress>();
