import { setTimeout as delay } from "node:timers/promises";
import { openDiscordEmulator, type DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import { openDiscord } from "../../../src/bots/discord/discord.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import { createDesk } from "../../../src/bots/serve.ts";
import type { Inbox } from "../../../src/bots/inbox.ts";
import type { Brain } from "../../../src/brain/brain.ts";
import type { TalkPlace } from "../../../src/chat.ts";
import { randomFrom, shuffled } from "../../../src/eval/random.ts";
import { silentLog } from "../../../src/log.ts";
import { openEchoBrain, type EchoBrain } from "../../helpers/echo-brain.ts";
import { settingsFor } from "./discord-world.ts";

/** What came of a walk: a leak is a canary where somebody sees it who may not read where it was said, or one that was deleted. */
export interface Walked {
  readonly worlds: number;
  readonly answers: number;
  /** Answers in which something was recalled, and answers that hold something of another place (private ones only). */
  readonly recalled: number;
  readonly fromElsewhere: number;
  readonly leaks: readonly string[];
}

/** Worlds that one emulator goes through. */
const ON_ONE = 250;
const ANSWERED_MS = 20_000;

/**
 * Walks through random worlds on the emulator: before each, rights change at random (roles, overwrites, members, threads), things are
 * said and deleted; then somebody asks, in a channel, a thread, privately or in a direct message, and a model says all it was given.
 * Who may read what is taken from the emulator, not from Hearth.
 */
export async function walkWorlds({
  worlds,
  seed,
}: {
  readonly worlds: number;
  readonly seed: number;
}): Promise<Walked> {
  const sum = { worlds: 0, answers: 0, recalled: 0, fromElsewhere: 0, leaks: [] as string[] };
  for (let first = 0; first < worlds; first += ON_ONE) {
    await using walk = await openWalk(seed + first);
    for (let step = 0; step < Math.min(ON_ONE, worlds - first); step += 1) {
      const found = await walk.next();
      sum.worlds += 1;
      sum.answers += found.isAnswered ? 1 : 0;
      sum.recalled += found.canaries.length > 0 ? 1 : 0;
      sum.fromElsewhere += found.isFromElsewhere ? 1 : 0;
      sum.leaks.push(...found.leaks.map((leak) => `seed ${seed + first}, world ${step}: ${leak}`));
    }
  }
  return sum;
}

/** A word by which something is known again: what was said, or what a document says (then without a message). */
interface Canary {
  readonly word: string;
  /** A channel or private thread; of a document the channel whose readers may read it. */
  readonly place: string;
  readonly message?: string;
  isDeleted: boolean;
}

interface Company {
  /** A channel of the first guild that every member sees, always. */
  readonly lobby: string;
  readonly guilds: readonly string[];
  readonly people: readonly string[];
  readonly roles: readonly { readonly guild: string; readonly role: string }[];
  readonly channels: readonly { readonly guild: string; readonly channel: string }[];
  readonly threads: readonly { readonly guild: string; readonly parent: string; readonly thread: string }[];
}

/** One emulator with Hearth on it. */
interface Walking {
  readonly emulator: DiscordEmulator;
  readonly company: Company;
  readonly random: () => number;
  readonly canaries: Canary[];
  readonly inbox: Inbox;
  readonly brain: EchoBrain;
  /** What Hearth has said in each place: who comes later reads it there too, and it may be an earlier turn. */
  readonly said: Map<string, Set<string>>;
  /** How many messages the core has heard, and how many edits and deletions it has followed. */
  readonly counts: { heard: number; revised: number };
}

async function openWalk(seed: number) {
  await using stack = new AsyncDisposableStack();
  const random = randomFrom(seed);
  const emulator = stack.use(await openDiscordEmulator({ rates: "wide" }));
  const company = makeCompany(emulator, random);
  const documents = company.channels.slice(0, 3).map(({ guild, channel }, number) => ({
    audience: number === 0 ? ("team" as const) : (`discord:${guild}:${channel}` as const),
    word: `canary9${number}`,
    // Every member of the first guild, which is the team, sees its lobby.
    place: number === 0 ? company.lobby : channel,
  }));
  const brain = stack.use(await openEchoBrain(documents.map((one) => ({ ...one, text: textOf(one.word, random) }))));
  const signal = AbortSignal.timeout(3_600_000);
  for (const place of keptPlaces(company, random)) await brain.keepTalk(place, { by: "test", days: 30, signal });
  const inbox = stack.use(openInbox({ path: ":memory:", log: silentLog() }));
  const settings = settingsFor(emulator, { members: random() < 0.5, team: company.guilds.slice(0, 1) });
  const counts = { heard: 0, revised: 0 };
  const parts = { brain: counted(brain, counts), log: silentLog(), inbox };
  const discord = stack.use(await openDiscord({ ...parts, settings, version: "0.0.0", linkHosts: [] }));
  const desk = stack.use(createDesk({ ...parts, platforms: [discord], settings: { ...settings, linkHosts: [] } }));
  await desk.start({ signal });
  const canaries: Canary[] = documents.map(({ word, place }) => ({ word, place, isDeleted: false }));
  const walking: Walking = { emulator, company, random, canaries, inbox, brain, counts, said: new Map() };
  for (let number = 0; number < 2 * company.channels.length; number += 1) await speak(walking);
  const owned = stack.move();
  return { next: () => walkOn(walking), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The brain as the desk sees it: nothing is shown before the end, so that no answer waits for the pace of edits. */
function counted(brain: Brain, counts: Walking["counts"]): Brain {
  return {
    ...brain,
    answer: (question, { signal }) => brain.answer(question, { signal }),
    async hear(messages, options) {
      const kept = await brain.hear(messages, options);
      counts.heard += messages.length;
      return kept;
    },
    async revise(revisions, options) {
      const kept = await brain.revise(revisions, options);
      counts.revised += revisions.length;
      return kept;
    },
  };
}

/** Two guilds with people, roles, channels that not everybody sees, and private threads. The bot sees everything. */
function makeCompany({ world }: DiscordEmulator, random: () => number): Company {
  const guilds = ["Acme", "Other"].map((name) => world.guild({ name, botRights: ["ADMINISTRATOR"] }));
  const roles = guilds.flatMap((guild) =>
    ["leads", "staff"].map((name) => ({ guild, role: world.role({ guild, name, permissions: [] }) })),
  );
  const people = Array.from({ length: 6 }, (_, number) => world.user({ name: `person${number}` }));
  for (const [number, user] of people.entries())
    for (const guild of guilds)
      if (guild === guilds[0] ? number !== 5 : number % 2 === 1) world.member({ guild, user });
  const channels = guilds.flatMap((guild, place) =>
    Array.from({ length: place === 0 ? 5 : 2 }, (_, number) => {
      const channel = world.channel({ guild, name: `channel-${number}` });
      if (random() < 0.6) world.setOverwrite({ channel, of: guild, deny: ["VIEW_CHANNEL"] });
      return { guild, channel };
    }),
  );
  const threads = channels.slice(0, 2).flatMap(({ guild, channel }, number) => {
    const by = people[number] ?? "";
    world.setOverwrite({ channel, of: by, allow: ["VIEW_CHANNEL"] });
    return [
      { guild, parent: channel, thread: world.thread({ in: channel, name: `private-${number}`, by, private: true }) },
    ];
  });
  return { lobby: world.channel({ guild: guilds[0] ?? "", name: "lobby" }), guilds, people, roles, channels, threads };
}

/** Nearly all places are kept. */
function keptPlaces({ channels, threads }: Company, random: () => number): TalkPlace[] {
  const all = [...channels, ...threads.map(({ guild, thread }) => ({ guild, channel: thread }))];
  return all
    .filter(() => random() < 0.85)
    .map(({ guild, channel }) => ({ platform: "discord", space: guild, channel }));
}

const SUBJECTS = ["the release", "the offsite", "the invoice", "the migration"];
const OPENINGS = ["For", "About", "We agreed that for", "As decided, for", "Note that for"];

function textOf(word: string, random: () => number): string {
  const filler = Math.floor(random() * 1e6).toString(36);
  return `${oneOf(OPENINGS, random)} ${oneOf(SUBJECTS, random)} the code word is ${word}, says ${filler}.`;
}

function oneOf<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("There is nothing to choose from");
  return item;
}

/** Somebody who may says something somewhere. */
async function speak(walking: Walking): Promise<void> {
  const { emulator, company, random, canaries } = walking;
  const place = oneOf(
    [...company.channels.map(({ channel }) => channel), ...company.threads.map(({ thread }) => thread)],
    random,
  );
  const word = `canary${canaries.length + 100}`;
  for (const by of shuffled(company.people, random)) {
    const message = attempt(() => emulator.say({ by, in: place, text: textOf(word, random) }));
    if (message === undefined) continue;
    canaries.push({ word, place, message, isDeleted: false });
    return;
  }
}

/** Undefined where the emulator does not let somebody do it. */
function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

async function remove({ emulator, canaries, random, counts }: Walking): Promise<void> {
  const said = canaries.filter(({ message, isDeleted }) => message !== undefined && !isDeleted);
  if (said.length < 8) return;
  const canary = oneOf(said, random);
  const before = counts.revised;
  emulator.remove({ message: canary.message ?? "", in: canary.place });
  canary.isDeleted = true;
  await waitUntil(() => counts.revised > before);
}

/** Changes who may read what. What the emulator refuses is no change. */
function convert({ emulator: { world }, company, random }: Walking): void {
  const { guild, channel } = oneOf(company.channels, random);
  const user = oneOf(company.people, random);
  const { role, guild: home } = oneOf(company.roles, random);
  const { thread } = oneOf(company.threads, random);
  const of = oneOf([guild, user, ...company.roles.filter((one) => one.guild === guild).map((one) => one.role)], random);
  const changes: (() => void)[] = [
    () => world.setOverwrite({ channel, of, allow: ["VIEW_CHANNEL"] }),
    () => world.setOverwrite({ channel, of, deny: ["VIEW_CHANNEL"] }),
    () => world.setOverwrite({ channel, of, deny: ["READ_MESSAGE_HISTORY"] }),
    () => world.setOverwrite({ channel, of, allow: ["VIEW_CHANNEL", "READ_MESSAGE_HISTORY"] }),
    () => world.removeOverwrite({ channel, of }),
    () => world.addRole({ guild: home, user, role }),
    () => world.removeRole({ guild: home, user, role }),
    () => world.setRole({ guild: home, role, permissions: random() < 0.5 ? ["VIEW_CHANNEL"] : [] }),
    () => world.addToThread({ thread, user }),
    () => world.removeFromThread({ thread, user }),
    () => world.kick({ guild, user }),
    () => void world.member({ guild, user }),
  ];
  attempt(oneOf(changes, random));
}

interface Step {
  readonly isAnswered: boolean;
  readonly canaries: readonly Canary[];
  readonly isFromElsewhere: boolean;
  readonly leaks: readonly string[];
}

async function walkOn(walking: Walking): Promise<Step> {
  const { random } = walking;
  for (let change = 0; change < 3; change += 1) convert(walking);
  if (random() < 0.5) await speak(walking);
  if (random() < 0.15) await remove(walking);
  const asked = ask(walking);
  if (!asked) return { isAnswered: false, canaries: [], isFromElsewhere: false, leaks: [] };
  await waitUntil(() => asked.text() !== undefined && walking.inbox.open("discord").length === 0);
  return judge(asked, walking);
}

interface AskedSomewhere {
  readonly place: string;
  readonly asker: string;
  readonly isPrivate: boolean;
  /** Stands in the question, so that it is known which prompt was made for it. */
  readonly mark: string;
  /** The answer, once it is there. */
  readonly text: () => string | undefined;
}

/** Asks somewhere, as somebody who may. */
function ask({ emulator, company, random, brain }: Walking): AskedSomewhere | undefined {
  const mark = `question${(brain.asked += 1)}`;
  const text = `What did we say is the code word for ${oneOf(SUBJECTS, random)}? ${mark}`;
  const places = [...company.channels.map(({ channel }) => channel), ...company.threads.map(({ thread }) => thread)];
  for (const asker of shuffled(company.people, random)) {
    const how = random();
    if (how < 0.2) {
      const place = emulator.world.dm({ with: asker });
      const message = emulator.say({ by: asker, in: place, text });
      return { mark, place, asker, isPrivate: true, text: () => replyTo(emulator, place, message) };
    }
    const place = oneOf(places, random);
    if (how < 0.4) {
      const handle = attempt(() =>
        emulator.slash({ by: asker, in: place, name: "ask", options: { question: text, private: true } }),
      );
      if (handle)
        return {
          mark,
          place,
          asker,
          isPrivate: true,
          text: () => (handle.original?.loading === true ? undefined : handle.content),
        };
      continue;
    }
    const message = attempt(() => emulator.say({ by: asker, in: place, text, mentionsBot: true }));
    if (message !== undefined)
      return { mark, place, asker, isPrivate: false, text: () => replyTo(emulator, place, message) };
  }
  return undefined;
}

function replyTo(emulator: DiscordEmulator, place: string, message: string): string | undefined {
  return emulator.history(place).find((one) => one.replyTo === message && one.author === emulator.bot)?.content;
}

/** What of an answer its readers may not read, and what was given to the model that they may not. */
function judge({ mark, place, asker, isPrivate, text }: AskedSomewhere, walking: Walking): Step {
  const { emulator, company, canaries, brain, said } = walking;
  const seers = isPrivate ? [asker] : company.people.filter((person) => emulator.sees({ to: person, in: place }));
  const answer = text() ?? "";
  // In the prompt of what is asked later in the same place it is an earlier turn: the last question is the one that a prompt is made for.
  const isForIt = (prompt: string) => prompt.slice(prompt.lastIndexOf("Question:")).includes(mark);
  const given = brain.prompts.filter(isForIt).join("\n");
  const passages = (given.match(/<documents[^]*?<\/documents/g) ?? []).join("\n");
  const shown = canaries.filter(({ word }) => answer.includes(word));
  const earlier = new Set(said.get(place));
  said.set(place, new Set([...earlier, ...shown.map(({ word }) => word)]));
  const leaks = canaries.flatMap((canary) => {
    const where = [answer.includes(canary.word) && "answer", given.includes(canary.word) && "prompt"].filter(Boolean);
    if (where.length === 0) return [];
    if (canary.isDeleted) return [`${canary.word} was deleted, and is in the ${where.join(" and ")}`];
    // What was said to Hearth in this very place is an earlier turn; as a passage it is none, and is held to its readers.
    const isOwnTurn = !isPrivate && canary.place === place && !passages.includes(canary.word);
    if (!answer.includes(canary.word) && (earlier.has(canary.word) || isOwnTurn)) return [];
    const isElsewhere = !isPrivate && canary.message !== undefined && canary.place !== place;
    if (isElsewhere) return [`${canary.word} was said elsewhere, and is in the ${where.join(" and ")}`];
    const stranger = seers.find((person) => !mayRead(walking, person, canary));
    return stranger === undefined
      ? []
      : [`${canary.word} is in the ${where.join(" and ")}, and ${stranger} may not read it`];
  });
  return {
    isAnswered: true,
    canaries: shown,
    isFromElsewhere: shown.some((canary) => canary.message !== undefined && canary.place !== place),
    leaks,
  };
}

function mayRead({ emulator }: Walking, person: string, { place, message }: Canary): boolean {
  if (message !== undefined) return emulator.visible({ to: person, in: place }).some(({ id }) => id === message);
  return emulator.sees({ to: person, in: place });
}

async function waitUntil(isThere: () => boolean): Promise<void> {
  const until = performance.now() + ANSWERED_MS;
  while (!isThere()) {
    if (performance.now() > until) throw new Error("What was waited for has not come");
    await delay(2);
  }
}
