import type { Acme } from "./acme.ts";
import { whenAnswered, whenQuiet } from "./asking.ts";
import { openBox } from "./box.ts";
import type { Case, Check, Step } from "./case.ts";
import { chatSteps, say, ANSWER_MS } from "./chat-steps.ts";
import { matches, NotObserved, type Observed } from "./check.ts";
import { digestSteps, prepareClock, rememberPlaces } from "./digest-steps.ts";
import { openDiscordAcme } from "./discord/acme.ts";
import { loadSteps } from "./load-steps.ts";
import { machineSteps } from "./machine-steps.ts";
import { SYSTEM_CANARY, type Sink } from "./namespace.ts";
import { whyNot } from "./needs.ts";
import { observe } from "./observe.ts";
import { looksAt, noteBefore } from "./observe-store.ts";
import { openSlackAcme } from "./slack/acme.ts";
import { NotRun, soughtBy, started, type Stage } from "./stage.ts";
import { watch } from "./watch.ts";

/** What became of one run of a case. */
export type Outcome =
  | { readonly kind: "pass"; readonly note: string; readonly isAsked?: boolean }
  /** `isAsked` where the model's words are missing: whether the model was asked. */
  | { readonly kind: "fail"; readonly why: string; readonly isAsked?: boolean }
  | { readonly kind: "not judged"; readonly what: string }
  | { readonly kind: "not run"; readonly why: string };

/** How cases are run. */
export interface Options {
  readonly sink: Sink | undefined;
  /** The most minutes that a long step may take. */
  readonly minutes: number;
  /** The model that writes in cases about models. */
  readonly model: string | undefined;
  /** Whether a failure is followed by the last lines of Hearth's log. */
  readonly logs: boolean;
  readonly signal: AbortSignal;
}

/** Runs a case once: the world and Hearth anew, its steps, what is then seen, and whether that is as it should be. */
export async function runCase(given: Case, options: Options): Promise<Outcome> {
  const why = whyNot(given, options);
  if (why !== undefined) return { kind: "not run", why };
  const outcome = await runOnce(given, options);
  if (!("isAsked" in outcome) || outcome.isAsked || !takesBait(given)) return outcome;
  // Where the documents say nothing of it, no model is asked; so it is asked again where they say just what the model says.
  const baited = await runOnce(given, { ...options, isBaited: true });
  return baited.kind === "not judged" ? outcome : baited;
}

const NOT_ASKED = "the model was not asked";

/** Whether a document may say what the puppet says: it may where nothing of it is a secret of the case. */
function takesBait({ puppet, input, must_not: mustNot }: Case): boolean {
  const words = wordsOf(puppet);
  if (words === undefined || !("ask" in input)) return false;
  return !mustNot.some(({ op, v }) => op === "contains" && words.includes(String(v)));
}

/** What a puppet says in the end; undefined where that depends on what it is given, or has no end. */
function wordsOf(puppet: unknown): string | undefined {
  const words: unknown = Array.isArray(puppet) ? puppet.at(-1) : puppet;
  return typeof words === "string" && words !== "$ECHO" ? words : undefined;
}

/** A document in which a question is answered by what the puppet says. */
function baitOf({ puppet, input: { ask } }: Case): string {
  const question = typeof ask === "object" && ask !== null && "text" in ask ? String(ask.text) : "";
  return `# ${question}\n\n${question} ${wordsOf(puppet) ?? ""}\n`;
}

async function runOnce(given: Case, options: Options & { readonly isBaited?: boolean }): Promise<Outcome> {
  try {
    const observed = await perform(given, options);
    if (options.signal.aborted) return { kind: "not run", why: "it was stopped" };
    const outcome = judge(given, observed);
    if (options.isBaited === true && outcome.kind === "pass")
      return { ...outcome, note: `${outcome.note || "the model was asked"}, with a document that says what it says` };
    if (outcome.kind === "pass") return { ...outcome, isAsked: outcome.note !== NOT_ASKED };
    if (outcome.kind !== "fail") return outcome;
    const isAsked = observed.texts["prompt"] !== "" || given.puppet === undefined || outcome.why.startsWith("must not");
    if (!options.logs) return { ...outcome, isAsked };
    return {
      isAsked,
      ...outcome,
      why: `${outcome.why}\n${(observed.texts["logs"] ?? "")
        .trim()
        .split("\n")
        .filter((line) => !line.includes("documents read"))
        .slice(-25)
        .join("\n")}\n`,
    };
  } catch (error) {
    if (options.signal.aborted) return { kind: "not run", why: "it was stopped" };
    if (error instanceof NotRun) return { kind: "not run", why: `it needs ${error.message}` };
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: "fail", why: `the run broke: ${what.split("\n").slice(0, 4).join("; ")}` };
  }
}

async function perform(
  given: Case,
  { sink, minutes, model, signal, isBaited = false }: Options & { readonly isBaited?: boolean },
): Promise<Observed> {
  await using stack = new AsyncDisposableStack();
  const acme = await openAcme(given);
  if (acme) stack.use(acme);
  const box = stack.use(openBox(acme, given.puppet, { ...(model !== undefined && { model }) }));
  const stage: Stage = {
    case: given,
    box,
    acme,
    sink,
    program: undefined,
    questions: [],
    named: new Map(),
    background: [],
    facts: { "lost before": sink?.lost() },
    texts: {},
    input: undefined,
    wants: (what) => [...given.must, ...given.must_not].some((check) => soughtBy(check) === what),
    minutes,
    signal,
  };
  stack.defer(async () => {
    for (const one of stage.background) {
      one.stop();
      await one.work.catch(() => {});
    }
  });
  if (acme) rememberPlaces(given, acme, box.configuration);
  prepareClock(stage);
  if (isBaited) box.write("docs/bait.md", baitOf(given));
  for (const step of given.setup) await take(step, stage);
  const isStart = ["start", "census", "run", "clock"].some((name) => name in given.input);
  if (acme && (!isStart || stage.wants("proc.event_loop_block_ms"))) await started(stage);
  await somethingKept(stage);
  await noteBefore(stage);
  const measured = stage.program && (await measurer(stage));
  const since = box.prompts().length;
  await take(given.input, stage);
  if (acme) await whenQuiet(acme);
  const seen = await measured?.stop();
  await lookBehind(stage);
  // Awaited here, while all of it still stands.
  return await observe(stage, { measured: seen, since });
}

/** The company on the platform of the case; undefined where it has none. */
async function openAcme(given: Case): Promise<Acme | undefined> {
  switch (given.platform) {
    case "discord":
      return openDiscordAcme({ grants: grantsOf(given, "discord") });
    case "slack":
      // What a reply that grows can say nothing of is looked at in one that is posted.
      return openSlackAcme({ grants: grantsOf(given, "slack"), isPosted: looksAtPosts(given) });
    case "any":
      throw new Error(`${given.id} is run on both platforms, one after the other`);
    case "web":
    case "none":
      return undefined;
    default:
      return given.platform satisfies never;
  }
}

function looksAtPosts({ must }: Case): boolean {
  return must.some(({ field = "" }) => field.startsWith("all_posts."));
}

function grantsOf({ setup }: Case, platform: Acme["platform"]): string[] {
  return setup.flatMap(({ grant }) => {
    const granted: unknown = Object(grant)[platform];
    return Array.isArray(granted) ? granted.map(String) : [];
  });
}

const STEPS = { ...chatSteps, ...digestSteps, ...loadSteps, ...machineSteps };

async function take(step: Step, stage: Stage): Promise<void> {
  for (const [name, value] of Object.entries(step)) {
    stage.signal.throwIfAborted();
    if (name === "repeat") await repeat(value, stage);
    else if (name === "steps" && Array.isArray(value)) for (const one of value) await take(one, stage);
    else {
      const act = stage.acme?.steps[name] ?? STEPS[name];
      if (!act) throw new NotRun(`a step "${name}"`);
      await act(value, stage);
    }
  }
}

/** A step so many times, with its number for {i}. Nobody waits for answers in between. */
async function repeat(given: unknown, stage: Stage): Promise<void> {
  if (typeof given !== "object" || given === null || !("n" in given) || !("step" in given))
    throw new NotRun("a step that is repeated");
  const hurried: Stage = { ...stage, wants: (what) => what === "many" || stage.wants(what) };
  await started(stage);
  hurried.program = stage.program;
  for (let number = 0; number < Number(given.n); number += 1)
    await take(JSON.parse(JSON.stringify(given.step).replaceAll("{i}", String(number))), hurried);
}

/** A question and its answer, so that something is kept that could be deleted. */
async function somethingKept(stage: Stage): Promise<void> {
  if (!looksAt(stage, "disk_effect")) return;
  if (!stage.acme) return askOnPage((await started(stage)).url);
  const question = say({ in: "ga_general", by: "ann", text: "Where do bicycles stand?" }, stage, { asks: true });
  if (question) await whenAnswered(stage.acme, question, ANSWER_MS);
}

/** Measures from here on; what is loaded at the first question of all is loaded before. */
async function measurer(stage: Stage) {
  const { program } = stage;
  if (!program) return undefined;
  if (stage.wants("proc.rss_mb_delta")) await askOnPage(program.url);
  return watch(program, { blocking: stage.wants("proc.event_loop_block_ms") });
}

async function askOnPage(url: string): Promise<void> {
  const response = await fetch(new URL("/api/ask", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: crypto.randomUUID(), text: "Where do bicycles stand?", turns: [] }),
  });
  await response.text();
}

/** Looks at "Why?" below the answer, where a check is about what only that tells. */
async function lookBehind(stage: Stage): Promise<void> {
  const { acme, input } = stage;
  const isSought = stage.wants("proc.search_ms") || stage.wants("proc.generated_tokens");
  if (!acme || !isSought || input?.kind !== "question") return;
  const text = await acme.why(input);
  if (text === undefined) return;
  const search = /search ([\d.]+) (ms|s)/.exec(text);
  if (search) stage.facts["proc.search_ms"] = Number(search[1]) * (search[2] === "s" ? 1_000 : 1);
  const written = /(\d+) written/.exec(text.replaceAll(",", ""));
  stage.facts["proc.generated_tokens"] = written ? Number(written[1]) : 0;
}

/** Whether what was seen is as the case wants it. A check that cannot be told makes it "not judged", unless another one failed. */
export function judge(given: Case, observed: Observed): Outcome {
  const unseen: string[] = [];
  const verdicts = [
    ...given.must_not.map((check) => ({ check, isWanted: false })),
    ...given.must.map((check) => ({ check, isWanted: true })),
  ];
  for (const { check, isWanted } of verdicts) {
    try {
      if (matches(check, observed) !== isWanted) return { kind: "fail", why: describe(check, isWanted, observed) };
    } catch (error) {
      if (!(error instanceof NotObserved)) throw error;
      unseen.push(error.message);
    }
  }
  if (given.must_not.some(({ v }) => v === SYSTEM_CANARY) && observed.texts["rules marked"] === "no")
    unseen.push("a mark in the model's rules");
  if (unseen.length > 0) return { kind: "not judged", what: [...new Set(unseen)].join(", ") };
  return { kind: "pass", note: noteOf(given, observed) };
}

/** Says when the model, whose words the case is about, was never asked. */
function noteOf({ puppet }: Case, { texts }: Observed): string {
  return puppet !== undefined && texts["prompt"] === "" ? NOT_ASKED : "";
}

function describe(check: Check, isWanted: boolean, observed: Observed): string {
  const { on, field, op, v, to } = check;
  const what = `${on}${field === undefined ? "" : `.${field}`}${to === undefined ? "" : ` to ${to}`} ${op} ${JSON.stringify(v)}`;
  return `${isWanted ? "must" : "must not"} ${what}; seen: ${shortened(seenOf(check, observed))}`;
}

function seenOf(check: Check, { sent, texts, facts }: Observed): string {
  const fact = facts[soughtBy(check)];
  if (fact !== undefined) return JSON.stringify(fact);
  if (check.on === "outbound") {
    const shown = sent.filter(({ kind }) => kind !== "other");
    const last = new Map(shown.map((one) => [`${one.channel}${one.repliesTo ?? ""}`, one]));
    return [...last.values()].map(({ channel, text }) => `[${channel}] ${text}`).join(" | ");
  }
  return texts[check.on] ?? "nothing";
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= 400 ? line : `${line.slice(0, 200)} … ${line.slice(-200)}`;
}
