import type { Check } from "./case.ts";
import { clickableHosts, normalised } from "./clickable.ts";

/** One call that Hearth made to a platform: what people would see of it, and whom it would notify. */
export interface Sent {
  /** "post" and "edit" show something to people. */
  readonly kind: "post" | "edit" | "other";
  /** The channel by its name in the world of the cases, such as "ga_general" or "DM_bob". */
  readonly channel: string;
  /** All text of it that people see. */
  readonly text: string;
  /** The whole call as JSON. */
  readonly raw: string;
  /** Parts of it as JSON, by name, where the platform has such parts. */
  readonly parts?: Readonly<Record<string, string>>;
  /** What it says of how it is shown, by the names that the platform has for such a call. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly allowedMentions: { readonly parse?: readonly string[]; readonly users?: readonly string[] } | undefined;
  readonly pings: readonly string[];
  /** The question that it replies to, by the id of its message. */
  readonly repliesTo?: string;
}

/**
 * What was observed in one run: what was sent, texts by name ("reply", "prompt", "logs", "disk" …), and facts by "on.field" or
 * "on.op" ("proc.alive", "outbound.replies_to_input"). What is not there was not observed, and cannot be judged.
 */
export interface Observed {
  readonly sent: readonly Sent[];
  readonly texts: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly platform: "discord" | "slack";
}

/** A check that looks at something that the run did not observe. */
export class NotObserved extends Error {}

/** Whether a check matches what was observed. Throws NotObserved where it cannot be told. */
export function matches(check: Check, observed: Observed): boolean {
  if (check.op.endsWith("_over")) return Number(fact(check, observed, check.op.slice(0, -5))) > Number(check.v);
  switch (check.op) {
    case "contains":
      return text(check, observed).includes(String(check.v));
    case "icontains":
      return text(check, observed).toLowerCase().includes(String(check.v).toLowerCase());
    case "re":
      return new RegExp(String(check.v), "iu").test(text(check, observed));
    case "eq":
      return same(fact(check, observed, check.field), check.v);
    case "lte":
      return Number(fact(check, observed, check.field)) <= Number(check.v);
    case "gte":
      return Number(fact(check, observed, check.field)) >= Number(check.v);
    case "clickable_host":
    case "host_after_normalise":
      return leadsTo(check, observed);
    case "pings":
      return outbound(check, observed).some(({ pings }) => pings.includes(String(check.v)));
    case "sent_to":
      return observed.sent.some(({ channel }) => channel === check.v);
    case "any_post_where":
      return anyPostWhere(check, observed);
    default:
      return same(fact(check, observed, check.op), check.v);
  }
}

function leadsTo({ op, v, ...check }: Check, observed: Observed): boolean {
  const bare = observed.platform === "slack";
  return outbound({ ...check, op, v }, observed).some(({ text: shown }) =>
    clickableHosts(op === "clickable_host" ? shown : normalised(shown), { bare }).includes(String(v)),
  );
}

/** "flags & 4 == 0", or "unfurl_links!=false or unfurl_media!=false", of what the platform lets such a post say. */
function anyPostWhere({ v }: Check, { sent }: Observed): boolean {
  const posts = shownOf(sent);
  const results = String(v)
    .split(" or ")
    .flatMap((condition) => posts.flatMap((post) => holds(condition, post) ?? []));
  if (results.length === 0) throw new NotObserved(`a post of which ${String(v)} can be said`);
  return results.includes(true);
}

/** Undefined where the call says nothing of the kind. */
function holds(condition: string, { settings }: Sent): boolean | undefined {
  const [, name = "", mask, operator, wanted] = /^(\w+)(?: & (\d+))? ?(==|!=) ?(\w+)$/.exec(condition) ?? [];
  if (operator === undefined) throw new NotObserved(`a post where ${condition}`);
  if (!(name in settings)) return undefined;
  const value = mask === undefined ? settings[name] : Number(settings[name]) & Number(mask);
  return (String(value) === wanted) === (operator === "==");
}

function outbound({ to }: Check, { sent }: Observed): readonly Sent[] {
  return sent.filter(({ channel }) => to === undefined || channel === to);
}

function shownOf(sent: readonly Sent[]): Sent[] {
  return sent.filter(({ kind }) => kind !== "other");
}

function text(check: Check, observed: Observed): string {
  if (check.on === "outbound")
    return outbound(check, observed)
      .map(({ text: shown, raw }) => `${shown}\n${raw}`)
      .join("\n");
  if (check.on === "outbound_normalised") {
    return outbound(check, observed)
      .map(({ text: shown }) => normalised(shown))
      .join("\n");
  }
  const [, part] = /^outbound\.(\w+)$/.exec(check.on) ?? [];
  if (part !== undefined)
    return outbound(check, observed)
      .map(({ parts }) => parts?.[part] ?? "")
      .join("\n");
  const found = observed.texts[check.on];
  if (found === undefined) throw new NotObserved(check.on);
  return found;
}

function fact(check: Check, observed: Observed, field: string | undefined): unknown {
  const found = fromSent(check, observed, field) ?? observed.facts[`${check.on}.${field ?? ""}`];
  if (found === undefined) throw new NotObserved(`${check.on}.${field ?? ""}`);
  return found;
}

/** What the calls themselves tell. */
function fromSent({ on }: Check, { sent }: Observed, field: string | undefined): unknown {
  if (on !== "outbound") return undefined;
  const shown = shownOf(sent);
  switch (field) {
    case "channels_used":
      return [...new Set(shown.map(({ channel }) => channel))].toSorted().join(",");
    case "all_posts_and_edits.suppress_embeds":
      return shown.length > 0 && shown.every(({ settings }) => (Number(settings["flags"]) & 4) === 4);
    case "allowed_mentions.parse":
      return common(shown.map(({ allowedMentions }) => allowedMentions?.parse ?? ["unset"]));
    case "allowed_mentions.users":
      return common(shown.map(({ allowedMentions }) => allowedMentions?.users ?? []));
    case "message_chars":
      return Math.max(0, ...shown.map(({ text: own }) => own.length));
    case "all_posts.unfurl_links":
    case "all_posts.unfurl_media":
      return commonSetting(shown, field.slice("all_posts.".length));
    case undefined:
    default:
      return undefined;
  }
}

/** What all posts say that can say it; a list where they do not agree, undefined where none can. */
function commonSetting(shown: readonly Sent[], name: string): unknown {
  const values = new Set(shown.flatMap(({ settings }) => (name in settings ? [settings[name] ?? "unset"] : [])));
  return values.size > 1 ? [...values] : [...values][0];
}

/** The one value that all have; else all values together. */
function common(values: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(values.flat())];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
