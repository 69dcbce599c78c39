import type { DiscordEmulator } from "../../emulators/discord/emulator.ts";
import type { RestEntry } from "../../emulators/discord/transcript.ts";
import { statSync } from "node:fs";
import { answersTo, countAnswers, type Command, type Question } from "./asking.ts";
import type { Observed, Sent } from "./check.ts";
import { filesUnder, type Prompt } from "./box.ts";
import { listening, peakBytes } from "./processes.ts";
import type { Stage } from "./stage.ts";
import { observeStore } from "./observe-store.ts";
import type { Measured } from "./watch.ts";
import type { Acme } from "./world.ts";

/** Every call that changed or showed something on Discord, as the cases look at it. */
export function sentTo(acme: Acme, tokens: ReadonlyMap<string, string>): Sent[] {
  return acme.emulator.transcript.entries.flatMap((entry) =>
    entry.kind === "rest" && entry.method !== "GET" ? [toSent(entry, acme, tokens)] : [],
  );
}

const SHOWS: Readonly<Record<string, Sent["kind"]>> = {
  "POST /channels/{channel}/messages": "post",
  "PATCH /channels/{channel}/messages/{message}": "edit",
  "POST /channels/{channel}/threads": "post",
  "POST /channels/{channel}/messages/{message}/threads": "post",
  "POST /webhooks/{application}/{token}": "post",
  "PATCH /webhooks/{application}/{token}/messages/{message}": "edit",
};

function toSent(entry: RestEntry, acme: Acme, tokens: ReadonlyMap<string, string>): Sent {
  const { emulator } = acme;
  const { method, route = "", path, body } = entry;
  const draft = draftOf(body);
  const [, first = "", second = "", third = ""] = path.split("/");
  const place = first === "channels" ? second : (tokens.get(third) ?? "");
  const isThread = route.endsWith("/threads");
  const isShown = draft !== undefined && "content" in draft;
  const kind = SHOWS[`${method} ${route}`] ?? (isShown ? "post" : "other");
  const reference = draft?.["message_reference"];
  const mentions = draft?.["allowed_mentions"];
  return {
    // A thread's name is shown, but has neither flags nor mentions.
    kind: isThread ? "other" : kind,
    channel: acme.nameOf(place),
    text: textsIn(draft ?? body).join("\n"),
    raw: JSON.stringify(body) ?? "",
    flags: Number(draft?.["flags"] ?? 0),
    allowedMentions: isObject(mentions) ? mentions : undefined,
    pings: pingsOf(emulator, entry),
    ...(isObject(reference) && { repliesTo: String(reference["message_id"]) }),
  };
}

function pingsOf(emulator: DiscordEmulator, entry: RestEntry): string[] {
  const { everyone = false, roles = [], users = [] } = emulator.pings(entry) ?? {};
  return [
    ...(everyone ? ["everyone"] : []),
    ...(roles.length > 0 ? ["roles"] : []),
    ...(users.length > 0 ? ["users"] : []),
  ];
}

function draftOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(body)) return undefined;
  return isObject(body["data"]) ? body["data"] : body;
}

/** What people read of a message: its text, and what stands on buttons, in embeds, in names. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isObject(value)) return [];
  const shown = ["content", "label", "title", "description", "name", "value", "placeholder", "filename", "text", "url"];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string" ? (shown.includes(key) ? [inner] : []) : textsIn(inner),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is looked at when a run is over; `since` is how many prompts there were before the input. */
export async function observe(
  stage: Stage,
  { measured, since }: { readonly measured: Measured | undefined; readonly since: number },
): Promise<Observed> {
  const { box, facts, acme, program, input } = stage;
  const tokens = new Map<string, string>();
  if (input && "token" in input) tokens.set(input.token, stage.acme?.place("ga_general") ?? "");
  const prompts = box.prompts().slice(since);
  const texts: Record<string, string> = {
    ...stage.texts,
    logs: box.logs(),
    ...promptTexts(prompts),
    ...(stage.wants("disk.contains") && { disk: box.bytesOnDisk() }),
  };
  if (acme && input) texts["reply"] = replyText(acme, input);
  const found: Record<string, unknown> = {
    ...facts,
    "prompt.system_turns": Math.max(
      0,
      ...prompts.map((one) => one.messages.filter(({ role }) => role === "system").length),
    ),
    // Just as the puppet counts: words with the space before them.
    "prompt.tokens": Math.max(
      0,
      ...prompts.map((one) => one.messages.reduce((sum, { text }) => sum + (text.match(/\S+/g)?.length ?? 0), 0)),
    ),
    ...(acme && chatFacts(stage, acme)),
    ...(program && { "proc.alive": await program.alive(), "proc.crash": program.crashes() > 0 }),
    ...(measured && {
      "proc.rss_mb_delta": measured.rssDelta,
      "proc.cpu_s": measured.cpu,
      ...(measured.blockMs !== undefined && { "proc.event_loop_block_ms": measured.blockMs }),
    }),
    ...(program && { "proc.rss_mb": peakBytes(program.processes().map(({ pid }) => pid)) / 1e6 }),
    ...(program && { "proc.starts_without_warning": !/"level":[456]0|^hearth: /m.test(box.logs()) }),
    ...netFacts(stage),
    ...fileFacts(stage),
  };
  if (stage.wants("prompt.system_turns") && prompts.length === 0) delete found["prompt.system_turns"];
  if (program) texts["ports"] = listening(program.processes().map(({ pid }) => pid)).join("\n");
  if (stage.sink) texts["net.names"] = stage.sink.names.join("\n");
  // A mark that was not put in cannot be missing.
  texts["rules marked"] = stage.sink ? "yes" : "no";
  const { texts: more, facts: others } = await observeStore(stage);
  return {
    sent: acme ? sentTo(acme, tokens) : [],
    texts: { ...texts, ...more },
    facts: { ...found, ...others },
    platform: "discord",
  };
}

function promptTexts(prompts: readonly Prompt[]): Record<string, string> {
  const of = (fits: (role: string) => boolean) =>
    prompts.flatMap(({ messages }) => messages.filter(({ role }) => fits(role)).map(({ text }) => text)).join("\n");
  return { prompt: of(() => true), "prompt_role:system": of((role) => role === "system") };
}

function replyText(acme: Acme, input: Question | Command): string {
  if (!("token" in input))
    return answersTo(acme, input)
      .map(({ content }) => content)
      .join("\n");
  return [input.content ?? "", ...input.followUps.map(({ content }) => content)].join("\n");
}

function chatFacts({ questions, input, program, facts }: Stage, acme: Acme): Record<string, unknown> {
  const { emulator } = acme;
  const counts = questions.map((question) => countAnswers(acme, question));
  const visible = [...acme.places.values()].flatMap((place) => {
    const messages = emulator.history(place);
    // What has no reply and comes after a message of the bot's own continues that.
    return messages.filter(
      ({ author, replyTo }, at) =>
        author === emulator.bot && (replyTo !== undefined || messages[at - 1]?.author !== emulator.bot),
    );
  }).length;
  const identifies = gatewayOps(emulator, 2);
  const resumes = gatewayOps(emulator, 6);
  return {
    ...(input && {
      "outbound.replies_to_input": "token" in input ? Number(input.content !== undefined) : countAnswers(acme, input),
    }),
    "outbound.visible_replies": visible,
    "outbound.replies": visible,
    "outbound.duplicate_replies": counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    "outbound.lost_questions": counts.filter((count) => count === 0).length,
    "net.requests_before_retry_after": emulator.transcript.violations.filter(({ why }) => why.includes("Retry-After"))
      .length,
    "metrics.identifies": identifies.length,
    "metrics.resume_share": resumes.length / Math.max(1, resumes.length + identifies.length - 1),
    "metrics.identify_per_5s": mostWithin(identifies, 4_900),
    ...(program && facts["faults"] !== undefined && { faults: facts["faults"] }),
  };
}

function gatewayOps({ transcript }: DiscordEmulator, op: number): number[] {
  return transcript.entries.flatMap((entry) =>
    entry.kind === "gateway" && entry.from === "bot" && entry.op === op ? [entry.at] : [],
  );
}

function mostWithin(times: readonly number[], milliseconds: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length));
}

function netFacts({ sink, facts }: Stage): Record<string, unknown> {
  if (!sink) return {};
  return {
    "net.any_name_asked": sink.names.length > 0,
    "net.unexpected_names": [...new Set(sink.names)],
    "net.denied_packets": sink.lost() - Number(facts["lost before"] ?? 0),
  };
}

function fileFacts({ facts, box }: Stage): Record<string, unknown> {
  const outside = facts["outside"];
  const cores = filesUnder(box.folder).filter((path) => /\/core(?:\.\d+)?$/.test(path));
  return {
    ...(typeof outside === "string" && { "files.opened_outside_docs_root": statSync(outside).atimeMs > 2_000_000 }),
    "files.core_dump_written": cores.length > 0,
  };
}
