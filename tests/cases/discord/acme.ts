import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import type { Fault } from "../../../emulators/discord/faults.ts";
import type { Acme, Command, CommandUse, Question, Shown, Trouble } from "../acme.ts";
import { NotRun } from "../stage.ts";
import { sentOnDiscord } from "./sent.ts";
import { breakingGateway, discordSteps, rawGatewayEvent } from "./steps.ts";
import { openDiscordWorld, TOKEN, type DiscordWorld } from "./world.ts";

const POSTS = /^\/channels\/\d+\/messages$/;
/** How long an answer to a press or a command may take. */
const ANSWER_MS = 45_000;

/** Opens the company on Discord. `grants`: rights of the bot beyond those that it needs. */
export async function openDiscordAcme({ grants = [] }: { readonly grants?: readonly string[] } = {}): Promise<Acme> {
  const world = await openDiscordWorld({ grants });
  const { emulator, guilds, person, place } = world;
  const tokens = new Map<string, string>();
  const plans: { readonly of: number; readonly running: ReturnType<DiscordEmulator["rest"]["fail"]> }[] = [];
  const fail = (sequence: readonly Fault[], where: { method?: string; path?: RegExp } = {}) =>
    plans.push({ of: sequence.length, running: emulator.rest.fail({ ...where, sequence }) });
  return {
    platform: "discord",
    settings: { discord: { api: emulator.api, cdn: emulator.cdn, team: [guilds.GA] } },
    environment: { DISCORD_TOKEN: TOKEN },
    tokenVariable: "DISCORD_TOKEN",
    bot: emulator.bot,
    otherBot: world.otherBot,
    steps: discordSteps(world),
    async whenReady(timeoutMs) {
      await emulator.until(() => emulator.gateway.sessions > 0 && emulator.commands().length > 0, timeoutMs);
    },
    isConnected: () => emulator.gateway.sessions > 0,
    until: (predicate, timeoutMs) => emulator.until(predicate, timeoutMs),
    calls: () => emulator.transcript.entries.filter(({ kind }) => kind === "rest").length,
    person,
    place,
    isDirect: (name) => isDirect(world, place(name)),
    audience: (name) => `discord:${name.startsWith("gb_") ? guilds.GB : guilds.GA}:${place(name)}`,
    say({ by, in: where, text, thread, files }) {
      const at = thread === undefined ? place(where) : world.thread(thread, { in: where, by });
      return { id: emulator.say({ by: person(by), in: at, text, ...(files && { files }) }), in: at };
    },
    edit: ({ id, in: at }, text) => emulator.edit({ message: id, in: at, text }),
    remove: ({ id, in: at }) => emulator.remove({ message: id, in: at }),
    command: (use) => command(world, use, tokens),
    answersTo: (question) => answersTo(world, question).map(toShown),
    posts: () =>
      [...world.places.values()]
        .flatMap((one) => emulator.history(one))
        .filter(({ author }) => author === emulator.bot)
        .map(toShown),
    replies: () => replies(world),
    countAnswers: (question) => countAnswers(world, question),
    why: (question) => why(world, question),
    fail(api, sequence) {
      if (api === "auth.test") fail(sequence.map(toFault));
      else if (api === "post_message") fail(sequence.map(toFault), { method: "POST", path: POSTS });
      else throw new NotRun(`a fault of ${api} on Discord`);
    },
    failed: () => plans.reduce((sum, { of, running }) => sum + of - running.left, 0),
    breaking: (plan) => breakingGateway(world, plan),
    rawEvent: (raw) => rawGatewayEvent(world, raw),
    sent: () => sentOnDiscord(world, tokens),
    facts: () => facts(world),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

function isDirect({ places }: DiscordWorld, place: string): boolean {
  return [...places].some(([name, own]) => own === place && name.startsWith("DM_"));
}

type Message = ReturnType<DiscordEmulator["history"]>[number];

/** The messages that answer a question, in order: the reply, and what continues it. */
function answersTo(world: DiscordWorld, { id, in: place }: Question): Message[] {
  const { emulator } = world;
  const isAlone = isDirect(world, place);
  const found: Message[] = [];
  let isOurs = false;
  for (const message of emulator.history(place)) {
    if (message.author !== emulator.bot) {
      if (message.id === id) isOurs = isAlone;
      else isOurs = isOurs && !isAlone;
      continue;
    }
    if (message.replyTo !== undefined) isOurs = message.replyTo === id;
    if (isOurs) found.push(message);
  }
  return found;
}

/** Messages that reply to it, or, where none does, the first one after it in a direct message. */
function countAnswers(world: DiscordWorld, question: Question): number {
  const answers = answersTo(world, question);
  const direct = answers.filter(({ replyTo }) => replyTo === question.id).length;
  return direct > 0 ? direct : Math.min(1, answers.length);
}

function toShown({ id, content, edits, loading, components }: Message): Shown {
  return { id, text: content, edits, isGrowing: loading || components.some(({ label }) => label === "Stop") };
}

async function why(world: DiscordWorld, question: Question): Promise<string | undefined> {
  const { emulator } = world;
  const last = answersTo(world, question).at(-1);
  if (!last?.components.some(({ label }) => label === "Why?")) return undefined;
  const pressed = emulator.press({ by: question.by, in: question.in, message: last.id, label: "Why?" });
  return emulator.until(() => pressed.content ?? pressed.followUps.at(-1)?.content, ANSWER_MS).catch(() => undefined);
}

/** Commands as the cases call them, and what Discord's are called and take. */
const COMMANDS: Readonly<Record<string, (args: CommandUse["args"]) => [string, Record<string, string>]>> = {
  forget: ({ scope = "" }) => ["forget", { what: scope }],
  docs: ({ prefix = "" }) => ["docs", { query: prefix }],
  show: ({ doc = "" }) => ["docs", { query: doc }],
};

function command({ emulator, place, person }: DiscordWorld, use: CommandUse, tokens: Map<string, string>): Command {
  const known = COMMANDS[use.name];
  if (!known) throw new NotRun(`a command /${use.name}`);
  const [name, options] = known(use.args);
  const where = { in: place(use.in), by: person(use.by) };
  // Whoever types sees suggestions.
  if (name === "docs") emulator.type({ ...where, name, option: "query", value: options["query"] ?? "" });
  const handle = emulator.slash({ ...where, name, options });
  tokens.set(handle.token, where.in);
  return {
    kind: "command",
    text: () =>
      handle.content === undefined
        ? undefined
        : [handle.content, ...handle.followUps.map(({ content }) => content)].join("\n"),
  };
}

function toFault(trouble: Trouble): Fault {
  if (typeof trouble === "string") return trouble;
  if ("status" in trouble) return trouble.status;
  return { retryAfter: trouble.retryAfter, ...(trouble.isGlobal === true && { scope: "global" as const }) };
}

function replies({ emulator, places }: DiscordWorld): number {
  return [...places.values()].flatMap((place) => {
    const messages = emulator.history(place);
    // What has no reply and comes after a message of the bot's own continues that.
    return messages.filter(
      ({ author, replyTo }, at) =>
        author === emulator.bot && (replyTo !== undefined || messages[at - 1]?.author !== emulator.bot),
    );
  }).length;
}

function facts({ emulator }: DiscordWorld): Record<string, unknown> {
  const { transcript } = emulator;
  const ops = (op: number) =>
    transcript.entries.flatMap((entry) =>
      entry.kind === "gateway" && entry.from === "bot" && entry.op === op ? [entry.at] : [],
    );
  const [identifies, resumes] = [ops(2), ops(6)];
  return {
    "net.requests_before_retry_after": transcript.violations.filter(({ why: said }) => said.includes("Retry-After"))
      .length,
    "metrics.identifies": identifies.length,
    "metrics.resume_share": resumes.length / Math.max(1, resumes.length + identifies.length - 1),
    "metrics.identify_per_5s": mostWithin(identifies, 4_900),
  };
}

function mostWithin(times: readonly number[], milliseconds: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length));
}
