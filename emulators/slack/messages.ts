import { tellChanged, tellPosted } from "./events.ts";
import type { Channel, Json, Message, Metadata, SlackFile, Stream } from "./model.ts";
import { pingsOf } from "./pings.ts";
import type { State } from "./state.ts";
import { messageObject } from "./message-wire.ts";

/** What a new message is made of. */
export interface Draft {
  readonly channel: Channel;
  readonly user: string;
  readonly team: string;
  readonly bot?: { readonly botId: string; readonly appId: string } | undefined;
  readonly text?: string | undefined;
  readonly markdown?: string | undefined;
  readonly blocks?: readonly Json[] | undefined;
  readonly attachments?: readonly Json[] | undefined;
  readonly metadata?: Metadata | undefined;
  readonly threadTs?: string | undefined;
  readonly broadcast?: boolean | undefined;
  readonly subtype?: string | undefined;
  readonly files?: readonly SlackFile[] | undefined;
  readonly stream?: Stream | undefined;
  readonly linksNames?: boolean | undefined;
}

/** Puts a message into its channel and tells of it; a reply takes away the status line of its thread. */
export function post(state: State, draft: Draft): Message {
  const { channel, text = "", markdown, blocks = [], attachments = [], files = [], bot, threadTs } = draft;
  const message: Message = {
    ts: state.clock.ts(),
    channel: channel.id,
    user: draft.user,
    team: draft.team,
    botId: bot?.botId,
    appId: bot?.appId,
    threadTs,
    broadcast: draft.broadcast ?? false,
    subtype:
      draft.subtype ?? (draft.broadcast === true ? "thread_broadcast" : files.length > 0 ? "file_share" : undefined),
    clientMsgId: bot === undefined && draft.user !== "" ? crypto.randomUUID() : undefined,
    files,
    reactions: new Map(),
    stream: draft.stream,
    text: markdown === undefined ? text : markdown,
    markdown,
    blocks: shownBlocks(draft, blocks),
    attachments,
    metadata: draft.metadata,
    editedTs: undefined,
    pings: pingsOf(state, { text, markdown, blocks, attachments, linksNames: draft.linksNames ?? false, channel }),
    edits: 0,
  };
  channel.timeline.add(message);
  if (bot !== undefined) channel.status.delete(threadTs ?? message.ts);
  tellPosted(state, channel, message);
  state.changed();
  return message;
}

/** Markdown and what people write are kept as blocks; what an app posts as text has none. */
function shownBlocks({ markdown, bot, text = "" }: Draft, blocks: readonly Json[]): readonly Json[] {
  if (blocks.length > 0) return blocks;
  if (markdown !== undefined) return [{ type: "markdown", block_id: "md", text: markdown }];
  return bot === undefined && text !== "" ? [richText(text)] : [];
}

function richText(text: string): Json {
  const elements = text.split(/(<@[A-Z0-9]+>)/).flatMap((part): Json[] => {
    const user = /^<@([A-Z0-9]+)>$/.exec(part)?.[1];
    if (user !== undefined) return [{ type: "user", user_id: user }];
    return part === "" ? [] : [{ type: "text", text: part }];
  });
  return { type: "rich_text", block_id: "rt", elements: [{ type: "rich_text_section", elements }] };
}

/** What an edit changes. */
export interface Change {
  readonly text?: string | undefined;
  readonly markdown?: string | undefined;
  readonly blocks?: readonly Json[] | undefined;
  readonly attachments?: readonly Json[] | undefined;
  readonly metadata?: Metadata | undefined;
  readonly linksNames?: boolean | undefined;
}

/** Changes a message and tells of it; without text and blocks only a preview came to it. */
export function change(state: State, { channel, message }: { channel: Channel; message: Message }, to: Change): void {
  const before = messageObject(state, message, channel);
  const isEdit = to.text !== undefined || to.markdown !== undefined || to.blocks !== undefined;
  if (isEdit) {
    message.text = to.markdown ?? to.text ?? message.text;
    message.markdown = to.markdown;
    const isPerson = message.botId === undefined;
    message.blocks = shownBlocks(
      { ...message, channel, ...to, bot: isPerson ? undefined : { botId: "", appId: "" } },
      to.blocks ?? [],
    );
    // Slack marks as edited only what was given as text.
    if ((to.blocks ?? []).length === 0) message.editedTs = state.clock.ts();
    message.edits += 1;
    const pings = pingsOf(state, { ...to, linksNames: to.linksNames ?? false, channel });
    message.pings = pings;
  }
  if (to.attachments !== undefined) message.attachments = to.attachments;
  if (to.metadata !== undefined) message.metadata = to.metadata;
  tellChanged(state, channel, { message, before });
  state.changed();
}
