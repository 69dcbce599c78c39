import { isObject } from "./checks.ts";
import type { Channel, Json, Pings } from "./model.ts";
import type { State } from "./state.ts";

/** What decides whom a text notifies. */
export interface PingRequest {
  readonly text?: string | undefined;
  readonly markdown?: string | undefined;
  readonly blocks?: readonly Json[] | undefined;
  readonly attachments?: readonly Json[] | undefined;
  /** `link_names` or `parse: full`: then a bare @name counts too. */
  readonly linksNames: boolean;
  readonly channel: Channel | undefined;
}

/** Nobody. */
export const NO_PINGS: Pings = { users: [], groups: [], everyone: false };

/**
 * Whom a message notifies. Mentions within code count too, and those in Markdown and in fallback text beside blocks: that errs towards
 * telling.
 */
export function pingsOf(
  state: State,
  { text, markdown, blocks = [], attachments = [], linksNames, channel }: PingRequest,
): Pings {
  const written = [text ?? "", markdown ?? "", ...strings(blocks), ...strings(attachments)].join("\n");
  if (!/[<@]/.test(written) && !hasRichMention(blocks)) return NO_PINGS;
  const rich = [...richMentions(blocks)];
  const users = [
    ...named(written, /<@([A-Z0-9]+)(?:\|[^>]*)?>/g),
    ...(linksNames ? bareNames(state, channel, written) : []),
  ];
  const everyone =
    /<!(?:here|channel|everyone)(?:\|[^>]*)?>/.test(written) ||
    (linksNames && /(?:^|\W)@(?:here|channel|everyone)\b/.test(written));
  return {
    users: [
      ...new Set([
        ...users.filter((id) => state.users.has(id)),
        ...rich.flatMap(({ user_id: id }) => (typeof id === "string" ? [id] : [])),
      ]),
    ],
    groups: [
      ...named(written, /<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g),
      ...rich.flatMap(({ usergroup_id: id }) => (typeof id === "string" ? [id] : [])),
    ],
    everyone: everyone || rich.some(({ type }) => type === "broadcast"),
  };
}

function bareNames(state: State, channel: Channel | undefined, written: string): string[] {
  const names = new Set(named(written, /(?:^|\W)@([\w.-]+)/g));
  return [...state.users.values()]
    .filter((user) => channel?.teams.has(user.team) === true && names.has(user.name))
    .map(({ id }) => id);
}

const named = (written: string, form: RegExp): string[] => [
  ...new Set([...written.matchAll(form)].flatMap(([, id]) => id ?? [])),
];

/** Every string under a key that is shown. */
function* strings(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* strings(one);
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value))
    if (typeof inner !== "string") yield* strings(inner);
    else if (key === "text" || key === "fallback" || key === "pretext" || key === "title") yield inner;
}

const MENTIONS = new Set<unknown>(["user", "usergroup", "broadcast"]);

const hasRichMention = (blocks: readonly Json[]): boolean => !richMentions(blocks).next().done;

function* richMentions(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const one of value) yield* richMentions(one);
  if (!isObject(value)) return;
  if (MENTIONS.has(value.type) && ("user_id" in value || "usergroup_id" in value || "range" in value)) yield value;
  for (const inner of Object.values(value)) if (typeof inner === "object") yield* richMentions(inner);
}
