import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Acme, Question, SentFile, Steps } from "./acme.ts";
import { whenAnswered } from "./asking.ts";
import { generate } from "./generate.ts";
import { acmeOf, NotRun, started, type Stage } from "./stage.ts";

/** How long an answer may take before it counts as missing. */
export const ANSWER_MS = 45_000;

const text = z.string();
const said = z.object({
  in: text,
  by: text,
  text: text.optional(),
  gen: z.unknown().optional(),
  id: text.optional(),
  thread: text.optional(),
  stream: z.boolean().optional(),
});

/** Puts what somebody says in its place; gives the question, where it is one to the bot. */
export function say(
  given: unknown,
  stage: Stage,
  { asks, files }: { asks: boolean; files?: readonly SentFile[] },
): Question | undefined {
  const acme = acmeOf(stage);
  const { in: where, by, id, thread, ...content } = said.parse(given);
  const words = content.gen === undefined ? (content.text ?? "") : wordsOf(content.gen);
  const isDirect = acme.isDirect(where);
  const mentioning = withMentions(words, acme);
  const isMentioned = mentioning.includes(`<@${acme.bot}>`);
  const written = acme.say({
    by,
    in: where,
    thread,
    text: asks && !isDirect && !isMentioned ? `<@${acme.bot}> ${mentioning}` : mentioning,
    ...(files && { files }),
  });
  stage.named.set(id ?? `#${stage.named.size}`, written);
  const isPerson = !by.startsWith("bot:");
  if (!isPerson || !(asks || isDirect || isMentioned)) return undefined;
  const question: Question = { kind: "question", ...written, by: acme.person(by), at: performance.now() };
  stage.questions.push(question);
  return question;
}

/** Mentions as the cases write them, in the form that both platforms have. */
function withMentions(words: string, { bot, otherBot = "U0OTHER000" }: Acme): string {
  return words
    .replaceAll("@bot", `<@${bot}>`)
    .replaceAll("<@self>", `<@${bot}>`)
    .replaceAll("<@other>", `<@${otherBot}>`);
}

function wordsOf(gen: unknown): string {
  const made = generate(gen);
  if ("zeros" in made) throw new NotRun("a message of zeros, which nobody can write");
  return made.bytes.toString("utf8");
}

/** What a person does in chat, by the names of the steps. */
export const chatSteps: Steps = {
  async msg(given, stage) {
    await started(stage);
    const question = say(given, stage, { asks: false });
    if (question && !stage.wants("many")) await whenAnswered(acmeOf(stage), question, ANSWER_MS);
  },
  async ask(given, stage) {
    await started(stage);
    stage.input = say(given, stage, { asks: true });
    await answered(stage);
  },
  async ask_pair(given, stage) {
    await started(stage);
    await askPair(given, stage);
  },
  async upload(given, stage) {
    await started(stage);
    const {
      in: where,
      by,
      name,
      gen,
    } = z.object({ in: text, by: text, name: text, gen: z.unknown().optional() }).parse(given);
    const made = generate(gen);
    const content = "zeros" in made ? Buffer.alloc(made.zeros) : made.bytes;
    const file = { name, content, type: typeOf(name) };
    stage.input = say({ in: where, by, text: "What does this file say?" }, stage, { asks: true, files: [file] });
    await answered(stage);
  },
  edit: async (given, stage) => {
    const { id, text: words } = z.object({ id: text, text }).parse(given);
    acmeOf(stage).edit(named(stage, id), words);
  },
  delete: async (given, stage) => {
    acmeOf(stage).remove(named(stage, z.object({ id: text }).parse(given).id));
  },
  command: async (given, stage) => {
    await started(stage);
    const acme = acmeOf(stage);
    const use = z.object({ in: text, by: text, name: text, args: z.record(text, text).default({}) }).parse(given);
    const used = acme.command(use);
    stage.input = used;
    await acme.until(() => used.text() !== undefined, ANSWER_MS).catch(() => {});
  },
  event_raw: async (given, stage) => {
    await started(stage);
    await rawEvent(given, stage);
  },
  wait_s: async (given, stage) => {
    await started(stage);
    await delay(Number(given) * 1_000, undefined, { signal: stage.signal });
  },
};

async function answered(stage: Stage): Promise<void> {
  const { input } = stage;
  if (input?.kind !== "question") return;
  const other = stage.wants("proc.other_user_wait_ms") ? otherQuestion(stage) : undefined;
  const isAnswered = await whenAnswered(acmeOf(stage), input, stage.wants("proc.latency_ms") ? 120_000 : ANSWER_MS);
  if (isAnswered && input.answeredAt !== undefined) {
    stage.facts["proc.latency_ms"] = input.answeredAt - input.at;
    stage.facts["waited s"] = (input.answeredAt - input.at) / 1_000;
  }
  const wait = await other;
  if (wait !== undefined) stage.facts["proc.other_user_wait_ms"] = wait;
}

/** Somebody else asks meanwhile, elsewhere; gives how long they waited. */
async function otherQuestion(stage: Stage): Promise<number> {
  await delay(150);
  const question = say({ in: "ga_pub", by: "carl", text: "Where is the printer of the second floor?" }, stage, {
    asks: true,
  });
  if (!question) throw new Error("Nobody else could ask");
  await whenAnswered(acmeOf(stage), question, ANSWER_MS);
  return (question.answeredAt ?? performance.now()) - question.at;
}

/** Two questions that differ in one name; whether the answers do not tell which of them something is known of. */
async function askPair(given: unknown, stage: Stage): Promise<void> {
  const { texts, ...rest } = z.object({ in: text, by: text, texts: z.tuple([text, text]) }).parse(given);
  const acme = acmeOf(stage);
  const replies: string[] = [];
  for (const words of texts) {
    const question = say({ ...rest, text: words }, stage, { asks: true });
    if (!question || !(await whenAnswered(acme, question, ANSWER_MS))) return;
    stage.input = question;
    replies.push(
      acme
        .answersTo(question)
        .map((shown) => shown.text)
        .join("\n"),
    );
  }
  const [first = "", second = ""] = replies;
  const [one, other] = texts;
  stage.facts["outbound.pair_replies_identical_except_name"] =
    withoutNames(first, { of: one, unlike: other }) === withoutNames(second, { of: other, unlike: one });
}

/** A reply without the words that only its own question has. */
function withoutNames(reply: string, { of, unlike }: { readonly of: string; readonly unlike: string }): string {
  const shared = new Set(unlike.split(/\W+/));
  const names = of.split(/\W+/).filter((word) => word !== "" && !shared.has(word));
  return names.reduce((less, name) => less.replaceAll(new RegExp(name, "giu"), "NAME"), reply);
}

function named({ named: all }: Stage, id: string) {
  const found = all.get(id);
  if (!found) throw new Error(`No message was given the name ${id}`);
  return found;
}

/** The media type that a file's name goes with. */
function typeOf(name: string): string {
  const types: Readonly<Record<string, string>> = {
    pdf: "application/pdf",
    docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    md: "text/markdown",
    txt: "text/plain; charset=utf-8",
  };
  return types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

/** Brings an event with raw fields, again at the seconds that the case names; those beyond the minutes of a step at their end. */
async function rawEvent(given: unknown, stage: Stage): Promise<void> {
  const acme = acmeOf(stage);
  const { times_at_s: times, ...raw } = z.looseObject({ times_at_s: z.array(z.number()).default([0]) }).parse(given);
  const event = acme.rawEvent(raw);
  const startedAt = performance.now();
  for (const seconds of times) {
    const at = Math.min(seconds, stage.minutes * 60) * 1_000;
    await delay(Math.max(0, at - (performance.now() - startedAt)), undefined, { signal: stage.signal });
    event.deliver();
  }
  await delay(2_000, undefined, { signal: stage.signal });
}
