import { createServer } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { SlackEmulator } from "../../../emulators/slack/emulator.ts";
import type { Fault } from "../../../emulators/slack/faults.ts";
import type { Acme, Command, CommandUse, Question, Shown, Trouble } from "../acme.ts";
import { NotRun } from "../stage.ts";
import { envelopeOf, inboundRequest, untoldMessage } from "./events.ts";
import { argumentsOf, sentOnSlack } from "./sent.ts";
import { breakingSocket, slackSteps } from "./steps.ts";
import { openSlackWorld, type SlackWorld } from "./world.ts";

const ANSWER_MS = 45_000;

/** What the company on Slack is opened with. `grants`: scopes of the app beyond those that it needs. */
interface Opening {
  readonly grants?: readonly string[];
  /** Whether answers are posted and edited instead of streamed. */
  readonly isPosted?: boolean;
}

/** Opens the company on Slack. */
export async function openSlackAcme({ grants = [], isPosted = false }: Opening = {}): Promise<Acme> {
  const world = await openSlackWorld({ grants });
  const { emulator, team, person, place } = world;
  const slack: Record<string, unknown> = { api: emulator.api, team: [team.id], port: await freePort() };
  if (isPosted) slack["streaming"] = "edit";
  const eventsUrl = () => `http://127.0.0.1:${String(slack["port"])}/slack/events`;
  const isHttp = () => slack["mode"] === "http";
  const threads = new Map<string, string>();
  const plans: { readonly of: number; readonly running: ReturnType<SlackEmulator["rest"]["fail"]> }[] = [];
  let isHttpUp = false;
  return {
    platform: "slack",
    settings: { slack },
    environment: {
      SLACK_BOT_TOKEN: team.token,
      SLACK_APP_TOKEN: emulator.appToken,
      SLACK_SIGNING_SECRET: emulator.signingSecret,
    },
    tokenVariable: "SLACK_BOT_TOKEN",
    bot: team.bot,
    otherBot: undefined,
    steps: slackSteps(world),
    async whenReady(timeoutMs) {
      const until = performance.now() + timeoutMs;
      while (isHttp() && !isHttpUp && performance.now() < until) {
        isHttpUp = await emulator.http.connect(eventsUrl()).catch(() => false);
        if (!isHttpUp) await delay(50);
      }
      await emulator.until(() => isHttpUp || emulator.sockets.open().length > 0, until - performance.now());
    },
    isConnected: () => (isHttp() ? isHttpUp : emulator.sockets.open().length > 0),
    until: (predicate, timeoutMs) => emulator.until(predicate, timeoutMs),
    calls: () => emulator.transcript.entries.filter(({ kind }) => kind === "api" || kind === "response").length,
    person,
    place,
    isDirect: (name) => isDirect(place(name)),
    audience: (name) => `slack:${team.id}:${place(name)}`,
    say({ by, in: where, text, thread, files }) {
      const at = place(where);
      const key = `${at} ${thread ?? ""}`;
      const root = thread === undefined ? undefined : threads.get(key);
      const id = emulator.say({
        by: person(by),
        in: at,
        text,
        ...(root !== undefined && { thread: root }),
        ...(files && { files }),
      });
      if (thread !== undefined && root === undefined) threads.set(key, id);
      return { id, in: at, thread: root };
    },
    edit: ({ id, in: at }, text) => emulator.edit({ message: id, in: at, text }),
    remove: ({ id, in: at }) => emulator.remove({ message: id, in: at }),
    command: (use) => command(world, use),
    answersTo: (question) => answersTo(world, question).map(toShown),
    posts: () => ownMessages(world).map(toShown),
    replies() {
      const continuing = continuations(world);
      return ownMessages(world).filter(({ ts }) => !continuing.has(ts)).length;
    },
    countAnswers: (question) => countAnswers(world, question),
    why: (question) => why(world, question),
    fail(api, sequence) {
      for (const method of methodsOf(api))
        plans.push({
          of: sequence.length,
          running: emulator.rest.fail({ method, sequence: sequence.map((one) => toFault(one, api)) }),
        });
    },
    failed: () => plans.reduce((sum, { of, running }) => sum + of - running.left, 0),
    breaking: (plan) => breakingSocket(world, plan),
    rawEvent(raw) {
      const { message, body } = untoldMessage(world, raw);
      let attempt = 0;
      return { message, deliver: () => emulator.sockets.garble(envelopeOf(body, attempt++)) };
    },
    sent: () => sentOnSlack(world),
    facts: () => facts(world),
    inboundPath: "/slack/events",
    inbound: (given) => inboundRequest(world, given, { url: eventsUrl() }),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

/** A port of loopback's that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

function isDirect(place: string): boolean {
  return place.startsWith("D");
}

type Message = ReturnType<SlackEmulator["history"]>[number];

/** The messages that answer a question, in order: Hearth's in its thread, up to what somebody says next there. */
function answersTo({ emulator, team }: SlackWorld, { id, in: place, thread = id }: Question): Message[] {
  const after = emulator.history(place).filter((message) => message.thread === thread && message.ts > id);
  const end = after.findIndex(({ by }) => by !== team.bot);
  return end === -1 ? after : after.slice(0, end);
}

/** Messages that answer it, without those that only continue one: Hearth numbers the parts of an answer. */
function countAnswers(world: SlackWorld, question: Question): number {
  const answers = answersTo(world, question);
  if (answers.length < 2) return answers.length;
  const continuing = continuations(world);
  return answers.filter(({ ts }) => !continuing.has(ts)).length;
}

function continuations({ emulator: { transcript } }: SlackWorld): ReadonlySet<string> {
  const posts = transcript.entries.filter((entry) => entry.kind === "api");
  return new Set(
    posts.flatMap((entry) => {
      const metadata = argumentsOf(entry)["metadata"];
      const part = Number(/"part":(\d+)/.exec(JSON.stringify(metadata) ?? "")?.[1] ?? 0);
      return part > 0 && entry.ts !== undefined ? [entry.ts] : [];
    }),
  );
}

function toShown({ ts, text, edits, streaming, actions }: Message): Shown {
  return { id: ts, text, edits, isGrowing: streaming || actions.some((action) => action.startsWith("h1:stop:")) };
}

async function why(world: SlackWorld, question: Question): Promise<string | undefined> {
  const { emulator } = world;
  const last = answersTo(world, question).at(-1);
  const action = last?.actions.find((one) => one.startsWith("h1:why:"));
  if (!last || action === undefined) return undefined;
  const told = toldTo(emulator, { by: question.by, in: question.in });
  await emulator.press({ by: question.by, in: question.in, message: last.ts, action });
  return emulator.until(told, ANSWER_MS).catch(() => undefined);
}

/** What somebody alone is told from here on in a place; undefined until that is. */
function toldTo(emulator: SlackEmulator, where: { readonly by: string; readonly in: string }) {
  const told = () => emulator.visible({ to: where.by, in: where.in }).filter(({ ephemeral }) => ephemeral);
  const before = new Set(told().map(({ ts }) => ts));
  return () => {
    const fresh = told().filter(({ ts }) => !before.has(ts));
    return fresh.length === 0 ? undefined : fresh.map(({ text }) => text).join("\n");
  };
}

/** Commands as the cases call them, and what they are on Slack. */
const COMMANDS: Readonly<Record<string, (args: CommandUse["args"]) => { command: string; text: string }>> = {
  forget: ({ scope = "" }) => ({ command: "/hearth", text: `forget ${scope}` }),
  docs: ({ prefix = "" }) => ({ command: "/docs", text: prefix }),
  show: ({ doc = "" }) => ({ command: "/docs", text: doc }),
};

function command({ emulator, place, person }: SlackWorld, use: CommandUse): Command {
  const known = COMMANDS[use.name];
  if (!known) throw new NotRun(`a command /${use.name}`);
  const where = { by: person(use.by), in: place(use.in) };
  const text = toldTo(emulator, where);
  // What is said to whoever used it is waited for by its text.
  void emulator.slash({ ...where, ...known(use.args) });
  return { kind: "command", text };
}

function methodsOf(api: string): readonly string[] {
  if (api === "post_message") return ["chat.postMessage", "chat.startStream"];
  if (/^[a-z]+\.[a-zA-Z.]+$/.test(api)) return [api];
  throw new NotRun(`a fault of ${api} on Slack`);
}

function toFault(trouble: Trouble, api: string): Fault {
  if (typeof trouble === "string") return trouble;
  if ("retryAfter" in trouble) return { retryAfter: trouble.retryAfter };
  // A token that it does not take is told by Slack with a 200.
  return api === "auth.test" && trouble.status === 401 ? { error: "invalid_auth" } : trouble.status;
}

function ownMessages({ emulator, team, places }: SlackWorld): Message[] {
  return [...new Set(places.values())].flatMap((place) => emulator.history(place).filter(({ by }) => by === team.bot));
}

function facts(world: SlackWorld): Record<string, unknown> {
  const { emulator } = world;
  return {
    "net.requests_before_retry_after": emulator.transcript.violations.filter(({ why: said }) =>
      said.includes("Retry-After"),
    ).length,
  };
}
