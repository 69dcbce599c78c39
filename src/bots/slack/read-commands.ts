import type { MemoryRequest } from "../memory-command.ts";
import { isChannel, isUser } from "./ids.ts";

/** What `/hearth` is asked for. `since`: the person's own words. */
export type HearthWish =
  | { readonly kind: "privacy" | "status" | "help" | "unknown" | "which memory" | "which forget" }
  | { readonly kind: "forget"; readonly what: "me" | "channel"; readonly since?: string }
  | { readonly kind: "memory"; readonly request: MemoryRequest };

/** Reads what stands behind `/hearth`. Pure. */
export function readWish(text: string): HearthWish {
  const words = text.trim().toLowerCase().split(/\s+/).join(" ");
  if (words === "" || words === "help") return { kind: "help" };
  if (words === "privacy" || words === "status") return { kind: words };
  const [, first, rest = ""] = /^(memory|forget)\b ?(.*)$/.exec(words) ?? [];
  if (first === "memory") return readMemory(rest);
  return first === "forget" ? readForget(rest) : { kind: "unknown" };
}

/** "on", "on 90 days", "on backfill 30", "off" … */
function readMemory(words: string): HearthWish {
  const request = ([{ kind: "off" }, { kind: "status" }, { kind: "opt-out" }, { kind: "opt-in" }] as const).find(
    ({ kind }) => kind === words.replace(/^opt (?=in$|out$)/, "opt-"),
  );
  if (request) return { kind: "memory", request };
  if (words === "") return { kind: "memory", request: { kind: "status" } };
  const [found, days, back] =
    /^on(?:,? (?:for )?(\d+)(?: ?d(?:ays?)?)?)?(?:,? backfill (\d+)(?: ?d(?:ays?)?)?)?$/.exec(words) ?? [];
  if (found === undefined) return { kind: "which memory" };
  return {
    kind: "memory",
    request: {
      kind: "on",
      ...(days !== undefined && { days: Number(days) }),
      ...(back !== undefined && { backfillDays: Number(back) }),
    },
  };
}

function readForget(words: string): HearthWish {
  const [, what, since] = /^(me|channel)(?: since (.+))?$/.exec(words) ?? [];
  if (what !== "me" && what !== "channel") return { kind: "which forget" };
  return { kind: "forget", what, ...(since !== undefined && { since }) };
}

/** What stands behind `/ask`: the question, and whether only the asker is to see the answer. Phones make one dash of two. Pure. */
export function readQuestion(text: string): { readonly question: string; readonly isPrivate: boolean } {
  const [mark = ""] = /^\s*(?:private:|(?:--|—|–)private(?=\s|$))\s*/i.exec(text) ?? [];
  return { question: text.slice(mark.length).trim(), isPrivate: mark !== "" };
}

/** What `/digest` is asked for. `since` and `when`: the person's own words. */
export type DigestWish =
  | { readonly kind: "now"; readonly isPrivate: boolean; readonly since?: string }
  | {
      readonly kind: "schedule";
      readonly when: string;
      readonly zone?: string;
      readonly to?: ScheduledTo;
      readonly quiet?: "skip" | "say";
    }
  | { readonly kind: "list" }
  | { readonly kind: "unknown" }
  | { readonly kind: "remove"; readonly schedule: string };

/** Where a scheduled digest goes; ids are Slack's. */
export type ScheduledTo =
  | { readonly kind: "here" }
  | { readonly kind: "channel"; readonly id: string }
  | { readonly kind: "people"; readonly ids: readonly string[] };

/** Reads what stands behind `/digest`, in Slack's markup, in which channels and people are named by their ids. Pure. */
export function readDigest(text: string): DigestWish {
  const { question: words, isPrivate } = readQuestion(text);
  const [, since] = /^(?:now\b)?\s*since\s+(.+)$/is.exec(words) ?? [];
  if (since !== undefined) return { kind: "now", isPrivate, since: since.trim() };
  if (/^(?:now)?$/i.test(words)) return { kind: "now", isPrivate };
  if (/^list$/i.test(words)) return { kind: "list" };
  const [, schedule] = /^remove\s+(#?[\w:.-]+)$/i.exec(words) ?? [];
  if (schedule !== undefined) return { kind: "remove", schedule };
  const [, plan] = /^schedule\b\s*(.*)$/is.exec(words) ?? [];
  return plan === undefined ? { kind: "unknown" } : readPlan(plan);
}

const TO = /(?:^|\s)to\s+((?:here\b|<[#@][^<>]*>)(?:[\s,]+(?:and\s+)?<@[^<>]*>)*)/i;
const ZONE = /(?:^|\s)(?:in|zone)\s+((?:[a-z_]+\/[\w+/-]+)|utc)(?=\s|$)/i;
const QUIET = /(?:^|\s)quiet[:\s]\s*(skip|say)\b/i;

/** "weekdays 9:00 in Europe/Berlin to <#C1> quiet say": what is left of the three is when. */
function readPlan(plan: string): DigestWish {
  const [, zone] = ZONE.exec(plan) ?? [];
  const [, quiet] = QUIET.exec(plan) ?? [];
  const to = readTo(TO.exec(plan)?.[1]);
  const when = plan.replace(TO, " ").replace(ZONE, " ").replace(QUIET, " ").replaceAll(/\s+/g, " ").trim();
  return {
    kind: "schedule",
    when,
    ...(zone !== undefined && { zone }),
    ...(to && { to }),
    ...(quiet !== undefined && { quiet: quiet.toLowerCase() === "say" ? "say" : "skip" }),
  };
}

function readTo(words: string | undefined): ScheduledTo | undefined {
  if (words === undefined) return undefined;
  const ids = [...words.matchAll(/<[#@]([A-Z0-9]+)/g)].flatMap(([, id]) => id ?? []);
  const channel = ids.find(isChannel);
  if (channel !== undefined) return { kind: "channel", id: channel };
  const people = ids.filter(isUser);
  return people.length > 0 ? { kind: "people", ids: people } : { kind: "here" };
}

/** What stands behind `/catchup`: since when, in the person's own words. Pure. */
export function readCatchUp(text: string): { readonly since?: string } {
  const since = text.trim().replace(/^since\s+/i, "");
  return since === "" ? {} : { since };
}
