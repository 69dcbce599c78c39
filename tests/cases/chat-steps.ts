import { setTimeout as delay } from "node:timers/promises";
import type { SentFile } from "../../emulators/discord/people.ts";
import { z } from "zod";
import { whenAnswered, type Question } from "./asking.ts";
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
export function say(given: unknown, stage: Stage, { asks, files }: { asks: boolean; files?: readonly SentFile[] }) {
  const acme = acmeOf(stage);
  const { emulator } = acme;
  const { in: where, by, id, thread, ...content } = said.parse(given);
  const person = acme.person(by);
  const place = thread === undefined ? acme.place(where) : acme.thread(thread, { in: where, by });
  const words = content.gen === undefined ? (content.text ?? "") : wordsOf(content.gen);
  const isDirect = /^DM?_(?=[a-z])/.test(where);
  const self = `<@${emulator.bot}>`;
  const mentioning = words
    .replaceAll("@bot", self)
    .replaceAll("<@self>", self)
    .replaceAll("<@other>", `<@${acme.otherBot}>`);
  const message = emulator.say({
    by: person,
    in: place,
    text: asks && !isDirect && !mentioning.includes(self) ? `${self} ${mentioning}` : mentioning,
    ...(files && { files }),
  });
  stage.named.set(id ?? `#${stage.named.size}`, { id: message, in: place });
  const isPerson = !by.startsWith("bot:");
  if (!isPerson || !(asks || isDirect || mentioning.includes(self))) return undefined;
  const question: Question = { id: message, in: place, by: person, at: performance.now() };
  stage.questions.push(question);
  return question;
}

function wordsOf(gen: unknown): string {
  const made = generate(gen);
  if ("zeros" in made) throw new NotRun("a message of zeros, which nobody can write");
  return made.bytes.toString("utf8");
}

/** What a person does in chat, by the names of the steps. */
export const chatSteps: Readonly<Record<string, (given: unknown, stage: Stage) => Promise<void>>> = {
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
    const message = named(stage, id);
    acmeOf(stage).emulator.edit({ message: message.id, in: message.in, text: words });
  },
  delete: async (given, stage) => {
    const message = named(stage, z.object({ id: text }).parse(given).id);
    acmeOf(stage).emulator.remove({ message: message.id, in: message.in });
  },
  bulk_delete: async (given, stage) => {
    const place = acmeOf(stage).place(z.object({ channel: text }).parse(given).channel);
    const messages = [...stage.named.values()].filter((one) => one.in === place).map(({ id }) => id);
    acmeOf(stage).emulator.removeMany({ messages, in: place });
    // Discord's own limit is a hundred a request; events of a moderation bot hold as many as it likes.
    await delay(500);
  },
  member: async (given, stage) => {
    const acme = acmeOf(stage);
    const { user, nick } = z.object({ guild: text, user: text, nick: text }).parse(given);
    await started(stage);
    // A nickname is set by leaving and coming again: the emulator knows no other way.
    acme.emulator.world.kick({ guild: acme.guilds.GA, user: acme.person(user) });
    acme.emulator.world.member({ guild: acme.guilds.GA, user: acme.person(user), nick });
  },
  role: async (given, stage) => {
    const acme = acmeOf(stage);
    const { user, remove, add } = z.object({ user: text, remove: text.optional(), add: text.optional() }).parse(given);
    await started(stage);
    const who = { guild: acme.guilds.GA, user: acme.person(user) };
    if (remove !== undefined) acme.emulator.world.removeRole({ ...who, role: acme.roles[remove] ?? remove });
    if (add !== undefined) acme.emulator.world.addRole({ ...who, role: acme.roles[add] ?? add });
  },
  command: async (given, stage) => {
    await started(stage);
    await command(given, stage);
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
  if (!input || !("in" in input)) return;
  const other = stage.wants("proc.other_user_wait_ms") ? otherQuestion(stage) : undefined;
  const isAnswered = await whenAnswered(acmeOf(stage), input, stage.wants("proc.latency_ms") ? 120_000 : ANSWER_MS);
  if (isAnswered && input.answeredAt !== undefined) stage.facts["proc.latency_ms"] = input.answeredAt - input.at;
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

function named({ named: all }: Stage, id: string): { readonly id: string; readonly in: string } {
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

/** Commands as the cases call them, and what Discord's are called and take. */
const COMMANDS: Readonly<Record<string, (args: Readonly<Record<string, string>>) => [string, Record<string, string>]>> =
  {
    forget: ({ scope = "" }) => ["forget", { what: scope }],
    docs: ({ prefix = "" }) => ["docs", { query: prefix }],
    show: ({ doc = "" }) => ["docs", { query: doc }],
  };

async function command(given: unknown, stage: Stage): Promise<void> {
  const acme = acmeOf(stage);
  const use = z.object({ in: text, by: text, name: text, args: z.record(text, text).default({}) }).parse(given);
  const known = COMMANDS[use.name];
  if (!known) throw new NotRun(`a command /${use.name}`);
  const [name, options] = known(use.args);
  const where = { in: acme.place(use.in), by: acme.person(use.by) };
  if (name === "docs") {
    const typed = acme.emulator.type({ ...where, name, option: "query", value: options["query"] ?? "" });
    await acme.emulator.until(() => typed.choices, ANSWER_MS).catch(() => {});
    stage.texts["choices"] = JSON.stringify(typed.choices);
  }
  const handle = acme.emulator.slash({ ...where, name, options });
  stage.input = handle;
  await acme.emulator.until(() => handle.content !== undefined, ANSWER_MS).catch(() => {});
}

/** Sends an event of the gateway as the case says it, whatever is in it. */
async function rawEvent(given: unknown, stage: Stage): Promise<void> {
  const acme = acmeOf(stage);
  const { emulator, guilds } = acme;
  const raw = z.record(text, z.unknown()).parse(given);
  const author = { id: acme.person("eve"), username: "eve", discriminator: "0", global_name: "eve", avatar: null };
  const bot = { id: emulator.bot, username: "hearth", discriminator: "0000", avatar: null, bot: true };
  const event = {
    id: String((BigInt(Date.now()) - 1_420_070_400_000n) << 22n),
    channel_id: raw["channel_id"] ?? raw["channel"],
    guild_id: guilds.GA,
    author,
    content: `<@${emulator.bot}> ${String(raw["content"] ?? raw["text"])}`,
    mentions: [bot],
    timestamp: new Date().toISOString(),
    edited_timestamp: null,
    type: 0,
    flags: 0,
    tts: false,
    pinned: false,
    mention_everyone: false,
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
  };
  emulator.gateway.garble(JSON.stringify({ op: 0, t: "MESSAGE_CREATE", s: 1, d: event }));
  await delay(2_000, undefined, { signal: stage.signal });
}
