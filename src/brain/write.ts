import type { Passage, Question, Quote } from "../chat.ts";
import type { Found } from "../knowledge/knowledge.ts";
import type { QuotedAnswer, Written } from "./brain.ts";
import type { Engine, EngineLimits, EngineRequest, Generated, PromptMessage } from "./engine.ts";
import { fitPrompt, MOST_PASSAGES, textsToCount, type Fitted, type Material } from "./prompt.ts";
import type { Prompts } from "./prompts.ts";
import { createPoint } from "./to-the-point.ts";
import { UserError } from "../user-error.ts";
import { createDraft, type Draft } from "./write-draft.ts";
import { createThreads, type Thread } from "./write-threads.ts";

/** What a model wrote, checked: `text` is empty where nothing of it is carried; `quotes` are those that the text does not say. */
export interface WrittenAnswer {
  readonly text: string;
  readonly passages: QuotedAnswer["passages"];
  readonly quotes: readonly Quote[];
  readonly written: Written;
}

/** Lets a model write below quoted sentences. */
export interface Writer {
  /**
   * `onText` is given what may be shown so far, and the passages that its marks count: whole sentences, each carried by a passage. It
   * only grows, and must not throw.
   */
  write(
    given: { readonly question: Question; readonly found: Found; readonly quoted: QuotedAnswer },
    options: {
      readonly signal: AbortSignal;
      readonly onText: (text: string, passages: QuotedAnswer["passages"]) => void;
    },
  ): Promise<WrittenAnswer>;
  /** Forgets what was said in conversations. */
  forget(): void;
}

/** Tokens that an answer may have, where nothing else is said: it ends earlier once it has said enough. */
const ANSWER_TOKENS = 256;
const NO_ROOM =
  "The model's context has no room for a passage; raise model.contextTokens, or lower model.answerTokens in the configuration";
/** Room for the chat's own format around the messages. */
const FORMAT_TOKENS = 64;

/** A writer that remembers the conversations it had last, so that a follow-up is added to what the model has evaluated already. */
export function createWriter(parts: {
  readonly engine: Engine;
  readonly prompts: Prompts;
  readonly maxTokens?: number;
}): Writer {
  const { engine, prompts, maxTokens = ANSWER_TOKENS } = parts;
  const threads = createThreads();
  return {
    async write({ question, found, quoted }, { signal, onText }) {
      const limits = await engine.ready({ signal });
      const before = threads.before(question);
      const plan = await makePlan(
        { question, found, quoted, before },
        { engine, rules: prompts.answer, room: roomIn(limits, maxTokens), signal },
      );
      if (plan.shown.length === 0) throw new UserError(NO_ROOM);
      const draft = createDraft(plan.passages, {
        numbers: plan.numbers,
        isToThePoint: createPoint(found.terms, quoted.quotes),
      });
      const onDraft = () => onText(draft.text(), passagesOf(draft, { plan, quoted }));
      // Files that came with a question are for that question alone, and what people said can be taken back at any time.
      const isPassing = (question.files ?? []).length > 0 || plan.passages.some(({ said }) => said);
      const request = { messages: plan.messages, stable: prompts.answer.length, maxTokens };
      const passing = { ...request, ...(isPassing && { isPassing }) };
      const generated = await generate(passing, { engine, draft, signal, onDraft });
      if (!isPassing) threads.keep(question, threadOf(plan, generated));
      return toAnswer({ draft, plan, quoted }, { generated, label: engine.label(), hash: prompts.hash });
    },
    forget: () => threads.clear(),
  };
}

function threadOf({ messages, shown }: Plan, { text, tokens }: Generated): Thread {
  return { messages: [...messages, { role: "assistant", text }], tokens: tokens.prompt + tokens.written, shown };
}

function roomIn({ contextTokens }: EngineLimits, maxTokens: number): number {
  return contextTokens - maxTokens - FORMAT_TOKENS;
}

interface Plan {
  readonly messages: readonly PromptMessage[];
  /** What marks count: the quoted passages first, then the others that the model is shown. */
  readonly passages: QuotedAnswer["passages"];
  /** Their numbers in the prompt. */
  readonly numbers: readonly number[];
  readonly shown: Thread["shown"];
  readonly leftOut: Fitted["leftOut"];
}

type PlanGiven = {
  readonly question: Question;
  readonly found: Found;
  readonly quoted: QuotedAnswer;
  readonly before: Thread | undefined;
};

/** Goes on with the conversation where it fits, else begins anew. */
async function makePlan(
  given: PlanGiven,
  options: {
    readonly engine: Engine;
    readonly rules: Prompts["answer"];
    readonly room: number;
    readonly signal: AbortSignal;
  },
): Promise<Plan> {
  const { engine, rules, room, signal } = options;
  const { before } = given;
  const material = materialOf(given);
  const start = before ? [] : rules.map(({ text }) => text);
  const counted = await engine.countTokens([...start, ...textsToCount(material)], { signal });
  const used = before?.tokens ?? counted.slice(0, start.length).reduce((sum, count) => sum + count, 0);
  const counts = counted.slice(start.length);
  const fitted = fitPrompt(material, { counts, room: room - used, id: given.question.message.id });
  const isFull = fitted.leftOut.passages > 0 && fitted.held.length < MOST_PASSAGES;
  if (before && (isFull || used + fitted.tokens > room)) return makePlan({ ...given, before: undefined }, options);
  const { passages, numbers } = material;
  const shown = [...(before?.shown ?? [])];
  for (const place of fitted.held) shown[(numbers[place] ?? 0) - 1] = passages[place]?.id;
  return {
    messages: [...(before?.messages ?? rules), { role: "user", text: fitted.message }],
    passages: passagesFor(given.found, given.quoted),
    numbers,
    shown,
    leftOut: fitted.leftOut,
  };
}

/** Passages that were shown before in the conversation keep their number; the others get the next. */
function materialOf({ question, found, quoted, before }: PlanGiven): Material {
  const passages = passagesFor(found, quoted);
  const shown = before?.shown ?? [];
  const fresh = passages.filter(({ id }) => !shown.includes(id));
  const known = [...shown, ...fresh.map(({ id }) => id)];
  return {
    question: question.message.text,
    turns: before ? [] : question.turns,
    passages,
    quotes: quoted.quotes,
    numbers: passages.map(({ id }) => known.indexOf(id) + 1),
    shown: new Set(passages.keys().filter((place) => shown.includes(passages[place]?.id))),
  };
}

/** The quoted passages, which marks count first, and as many of the best others as a prompt may hold. */
function passagesFor({ hits }: Found, { passages }: QuotedAnswer): QuotedAnswer["passages"] {
  const quoted = new Set(passages.map(({ id }) => id));
  const others = hits.map(({ passage }) => passage).filter(({ id }) => !quoted.has(id));
  return [...passages, ...others.slice(0, Math.max(0, MOST_PASSAGES - passages.length))];
}

/** Lets the engine write until the draft has enough. */
async function generate(
  request: EngineRequest,
  given: {
    readonly engine: Engine;
    readonly draft: Draft;
    readonly signal: AbortSignal;
    readonly onDraft: () => void;
  },
): Promise<Generated> {
  const { engine, draft, signal, onDraft } = given;
  const enough = new AbortController();
  let shown = "";
  const read = (text: string, isWhole: boolean) => {
    if (enough.signal.aborted) return;
    if (draft.read(text, { isWhole })) enough.abort();
    if (draft.text() === shown) return;
    shown = draft.text();
    onDraft();
  };
  const onText = (text: string) => read(text, false);
  const generated = await engine.generate(request, { signal, enough: enough.signal, onText });
  read(endedWhole(generated), true);
  return generated;
}

/** What was written, without a last sentence that was cut off. */
function endedWhole({ text, ended }: Generated): string {
  return ended === "stop" ? text : text.slice(0, text.search(/[.!?。！？](?:\s*\[[\d,\s]*\])*[^.!?。！？]*$/) + 1 || 0);
}

/** The quoted passages, and those behind them up to the last that is cited so far. */
function passagesOf(
  draft: Draft,
  { plan, quoted }: { readonly plan: Plan; readonly quoted: QuotedAnswer },
): QuotedAnswer["passages"] {
  const last = Math.max(quoted.passages.length, ...[...draft.cited()].map((place) => place + 1));
  const [first, ...rest]: readonly [Passage, ...Passage[]] = plan.passages;
  return [first, ...rest.slice(0, last - 1)];
}

function toAnswer(
  { draft, plan, quoted }: { readonly draft: Draft; readonly plan: Plan; readonly quoted: QuotedAnswer },
  {
    generated,
    label,
    hash,
  }: { readonly generated: Pick<Generated, "tokens">; readonly label: Written["model"]; readonly hash: string },
): WrittenAnswer {
  return {
    text: draft.text(),
    passages: passagesOf(draft, { plan, quoted }),
    quotes: quoted.quotes.filter((quote) => !draft.says(quote)),
    written: {
      model: label,
      promptHash: hash,
      tokens: generated.tokens,
      sentences: draft.counts(),
      leftOut: plan.leftOut,
    },
  };
}
