import {
  anything,
  bool,
  list,
  maybe,
  oneOf,
  shape,
  snowflake,
  text,
  where,
  whole,
  type Check,
  type Read,
} from "./checks.ts";
import { blocksOfMessage, rows } from "./component-shapes.ts";
import { MessageFlag } from "./model.ts";

const url = text({ max: 2048 });
const media = maybe(shape({ url, proxy_url: maybe(url), height: maybe(whole()), width: maybe(whole()) }));

const embed = shape({
  title: maybe(text({ max: 256 })),
  type: maybe(text()),
  description: maybe(text({ max: 4096 })),
  url: maybe(url),
  timestamp: maybe(text()),
  color: maybe(whole(0, 0xff_ff_ff)),
  footer: maybe(shape({ text: text({ max: 2048 }), icon_url: maybe(url), proxy_icon_url: maybe(url) })),
  image: media,
  thumbnail: media,
  author: maybe(shape({ name: text({ max: 256 }), url: maybe(url), icon_url: maybe(url), proxy_icon_url: maybe(url) })),
  fields: maybe(
    list(shape({ name: text({ min: 1, max: 256 }), value: text({ min: 1, max: 1024 }), inline: maybe(bool) }), {
      max: 25,
    }),
  ),
});

const embeds = where(list(embed, { max: 10 }), (all) => {
  const length = all
    .flatMap((one) => [one.title, one.description, one.footer?.text, one.author?.name, ...fieldsOf(one)])
    .reduce((sum, part) => sum + (part?.length ?? 0), 0);
  return length > 6000 ? "Embed size exceeds maximum size of 6000." : undefined;
});

const fieldsOf = (one: Read<typeof embed>): readonly string[] =>
  (one.fields ?? []).flatMap(({ name, value }) => [name, value]);

/** Whom a message may notify. */
export const allowedMentions = where(
  shape({
    parse: maybe(list(oneOf("users", "roles", "everyone"), { max: 3 })),
    users: maybe(list(snowflake, { max: 100 })),
    roles: maybe(list(snowflake, { max: 100 })),
    replied_user: maybe(bool),
  }),
  ({ parse = [], users = [], roles = [] }) =>
    (parse.includes("users") && users.length > 0) || (parse.includes("roles") && roles.length > 0)
      ? "parse and an explicit list are mutually exclusive."
      : undefined,
);

const attachment = shape({
  id: (value, at, problems) =>
    typeof value === "number" ? String(whole()(value, at, problems)) : text({ form: /^\d+$/ })(value, at, problems),
  filename: maybe(text({ max: 1024 })),
  description: maybe(text({ max: 1024 })),
  title: maybe(text({ max: 1024 })),
  duration_secs: maybe(anything),
  waveform: maybe(text()),
  is_spoiler: maybe(bool),
});

const nonce: Check<string | number> = (value, at, problems) =>
  typeof value === "number" ? whole()(value, at, problems) : text({ max: 25 })(value, at, problems);

/** Components are checked after the flags are known, by `checkedComponents`. */
const content = {
  content: maybe(text({ max: 2000 })),
  embeds: maybe(embeds),
  allowed_mentions: maybe(allowedMentions),
  components: maybe(list(anything)),
  attachments: maybe(list(attachment, { max: 10 })),
  flags: maybe(whole(0, 0xff_ff)),
  // The real client sends these three also where they mean nothing, and Discord lets them pass.
  tts: maybe(bool),
  nonce: maybe(nonce),
  enforce_nonce: maybe(bool),
};

const reference = shape({
  type: maybe(oneOf(0)),
  message_id: maybe(snowflake),
  channel_id: maybe(snowflake),
  guild_id: maybe(snowflake),
  fail_if_not_exists: maybe(bool),
});

const isV2 = (flags: number | undefined): boolean => ((flags ?? 0) & MessageFlag.IS_COMPONENTS_V2) !== 0;

/** Reads a body whose components depend on its flags. */
function withComponents<T extends { readonly components?: unknown; readonly flags?: number | undefined }>(
  check: Check<T>,
): Check<T> {
  return (value, at, problems) => {
    const read = check(value, at, problems);
    const prefix = at === "" ? "components" : `${at}.components`;
    if (read.components !== undefined) (isV2(read.flags) ? blocksOfMessage : rows)(read.components, prefix, problems);
    return read;
  };
}

const created = {
  ...content,
  tts: maybe(bool),
  sticker_ids: maybe(list(snowflake, { max: 3 })),
  poll: maybe(anything),
};

/** What a new message may have. */
export const messageBody = withComponents(shape({ ...created, message_reference: maybe(reference) }));

/** What an edit of a message may have. */
export const editBody = withComponents(shape({ ...content, sticker_ids: maybe(list(snowflake, { max: 3 })) }));

/** What a follow-up and a callback's message may have. */
export const webhookBody = withComponents(shape(created));

/** What an edit of an interaction's message may have. */
export const webhookEditBody = withComponents(shape({ ...content, poll: maybe(anything) }));

/** The first message of a thread that is made without one: a forum post. */
export const postBody = withComponents(shape({ ...content, sticker_ids: maybe(list(snowflake, { max: 3 })) }));

/** What writing and editing have in common. */
export type Draft = Omit<Read<typeof editBody>, "sticker_ids" | "tts" | "nonce" | "enforce_nonce">;

/** A draft that says nothing. */
export const NO_DRAFT: Draft = {
  content: undefined,
  embeds: undefined,
  allowed_mentions: undefined,
  components: undefined,
  attachments: undefined,
  flags: undefined,
};
