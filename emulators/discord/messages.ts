import { isObject } from "./checks.ts";
import { tellDeleted, tellMessage, tellThread, tellThreadMembers } from "./events.ts";
import type { Draft } from "./message-shapes.ts";
import { MessageFlag, WRITTEN, type Attachment, type Channel, type InteractionMark, type Message } from "./model.ts";
import { pingsOf } from "./pings.ts";
import { may, missingPermissions, refuse, type State } from "./state.ts";

/** A file of a multipart request, by the number in `files[0]`. */
export interface Upload {
  readonly key: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly bytes: Buffer;
}

/** A message that is about to be written. */
export interface Writing {
  readonly author: string;
  readonly draft: Draft;
  readonly files: readonly Upload[];
  readonly type?: number;
  readonly at?: number | undefined;
  readonly id?: string;
  readonly nonce?: string | number | undefined;
  readonly replyTo?: Message["replyTo"];
  readonly interaction?: InteractionMark | undefined;
  /** Set for answers to interactions. */
  readonly webhook?: string | undefined;
  /** Flags that the body does not carry. */
  readonly flags?: number;
}

const MAY_SET = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.IS_COMPONENTS_V2;

/** Makes a message of a draft, refusing what Discord refuses whoever asks. It is in no history yet. */
export function compose(state: State, channel: Channel, writing: Writing): Message {
  const { author, draft, files, at } = writing;
  const settable = writing.webhook === undefined ? MAY_SET : MAY_SET | MessageFlag.EPHEMERAL;
  if (((draft.flags ?? 0) & ~settable) !== 0) throw refuse(400, 50_035, "Flags that cannot be set");
  const flags = (draft.flags ?? 0) | (writing.flags ?? 0);
  if (author === state.bot.id) refuseLarge(files);
  const attachments = attach(state, { draft, files, kept: [] });
  const message: Message = {
    id: writing.id ?? state.id(at),
    channel: channel.id,
    author,
    type: writing.type ?? (writing.replyTo === undefined ? 0 : 19),
    sentAt: at ?? Date.now(),
    nonce: writing.nonce,
    replyTo: writing.replyTo,
    interaction: writing.interaction,
    webhook: writing.webhook,
    content: draft.content ?? "",
    editedAt: undefined,
    flags,
    pings: pings(state, channel, writing),
    embeds: draft.embeds ?? [],
    components: draft.components ?? [],
    attachments,
    thread: undefined,
    reactions: new Map(),
    edits: 0,
  };
  if ((flags & MessageFlag.LOADING) === 0 && WRITTEN.has(message.type)) refuseEmpty(message);
  return message;
}

function pings(state: State, channel: Channel, { author, draft, replyTo, webhook }: Writing): Message["pings"] {
  const target = replyTo === undefined ? undefined : state.channels.get(replyTo.channel)?.timeline.get(replyTo.message);
  return pingsOf(state, {
    ...draft,
    by: webhook === undefined ? "message" : "interaction",
    author,
    channel,
    repliedTo: target?.author,
  });
}

function refuseEmpty({ content, embeds, components, attachments, flags }: Message): void {
  if ((flags & MessageFlag.IS_COMPONENTS_V2) !== 0 && (content !== "" || embeds.length > 0))
    throw refuse(400, 50_035, "A message made of components has neither content nor embeds");
  if (content.trim() === "" && embeds.length === 0 && components.length === 0 && attachments.length === 0)
    throw refuse(400, 50_006, "Cannot send an empty message");
}

/** What a bot may send; people with a subscription send more than any bot reads. */
const MAX_FILE = 10 * 1024 * 1024;

function refuseLarge(files: readonly Upload[]): void {
  if (files.some(({ bytes }) => bytes.length > MAX_FILE)) throw refuse(413, 40_005, "Request entity too large");
}

/** The files of a message after a request: those kept, and those that came with it. */
function attach(
  state: State,
  { draft, files, kept }: { draft: Draft; files: readonly Upload[]; kept: readonly Attachment[] },
): readonly Attachment[] {
  const made = files.map((file): Attachment => {
    const described = draft.attachments?.find(({ id }) => `files[${id}]` === file.key);
    const { filename = file.name, description } = described ?? {};
    return { id: state.id(), name: filename, type: file.type, bytes: file.bytes, description };
  });
  for (const file of made) state.files.set(file.id, file);
  const isFile = (id: string) => files.some(({ key }) => key === `files[${id}]`);
  const unknown = draft.attachments?.find(({ id }) => !isFile(id) && !kept.some((one) => one.id === id));
  if (unknown !== undefined) throw refuse(400, 50_035, `No file or attachment has the id ${unknown.id}`);
  const staying = kept.filter(
    ({ id }) => draft.attachments === undefined || draft.attachments.some((one) => one.id === id),
  );
  return [...staying, ...made];
}

/** Changes a message as an edit does: what is left out stays. Mentions are read anew, with the defaults unless the edit says. */
export function change(
  state: State,
  message: Message,
  { draft, files }: { draft: Draft; files: readonly Upload[] },
): void {
  refuseLarge(files);
  const channel = state.channels.get(message.channel);
  const isV2 = (message.flags & MessageFlag.IS_COMPONENTS_V2) !== 0;
  const asked =
    draft.flags === undefined
      ? message.flags
      : (message.flags & ~MessageFlag.SUPPRESS_EMBEDS) | (draft.flags & MAY_SET);
  if (isV2 && draft.flags !== undefined && (draft.flags & MessageFlag.IS_COMPONENTS_V2) === 0)
    throw refuse(400, 50_035, "IS_COMPONENTS_V2 cannot be removed");
  const changed: Message = {
    ...message,
    content: draft.content ?? message.content,
    embeds: draft.embeds ?? message.embeds,
    components: draft.components ?? message.components,
    attachments: attach(state, { draft, files, kept: message.attachments }),
    flags: asked & ~MessageFlag.LOADING,
  };
  refuseEmpty(changed);
  const rewritten = draft.content !== undefined || draft.components !== undefined;
  Object.assign(message, changed, {
    editedAt: Date.now(),
    edits: message.edits + (rewritten ? 1 : 0),
    ...(channel !== undefined && draft.content !== undefined
      ? { pings: editPings(state, { channel, message, draft }) }
      : {}),
  });
}

function editPings(state: State, { channel, message, draft }: { channel: Channel; message: Message; draft: Draft }) {
  const { author, replyTo, webhook } = message;
  return pings(state, channel, { author, draft, files: [], replyTo, webhook });
}

/** Puts a message into its channel's history and tells the bot. */
export function publish(state: State, channel: Channel, message: Message): void {
  channel.timeline.add(message);
  if (channel.lastMessage === undefined || message.sentAt >= Date.now() - 1000) channel.lastMessage = message.id;
  const { thread } = channel;
  if (thread !== undefined) {
    thread.sent += 1;
    for (const user of new Set([message.author, ...message.pings.users]))
      if (mayEnter(state, channel, user)) joinThread(state, channel, user);
    if (thread.archived) {
      thread.archived = false;
      thread.archiveChangedAt = Date.now();
      tellThread(state, "UPDATE", channel);
    }
  }
  tellMessage(state, "MESSAGE_CREATE", message);
  state.changed();
}

/** Whether somebody may see a thread's parent; who is mentioned in a thread is added to it, if they may. */
function mayEnter(state: State, thread: Channel, user: string): boolean {
  const parent = state.channels.get(thread.parent ?? "");
  return parent !== undefined && may(state, { user, channel: parent }, "VIEW_CHANNEL");
}

/** Whoever writes in a thread is in it from then on. */
export function joinThread(state: State, channel: Channel, user: string): void {
  if (channel.thread === undefined || channel.thread.members.has(user)) return;
  channel.thread.members.set(user, Date.now());
  tellThreadMembers(state, channel, { added: [user] });
}

/** Takes messages out of a channel and tells the bot. */
export function erase(state: State, channel: Channel, ids: readonly string[]): void {
  const gone = ids.filter((id) => channel.timeline.delete(id));
  tellDeleted(state, channel, gone);
  state.changed();
}

/** Whether the bot may put links' embeds and files into a channel. */
export function mayCarry(
  state: State,
  channel: Channel,
  { draft, files }: { draft: Draft; files: readonly Upload[] },
): void {
  const bot = { user: state.bot.id, channel };
  if (files.length > 0 && !may(state, bot, "ATTACH_FILES")) throw missingPermissions();
  if ((draft.embeds ?? []).some(isObject) && !may(state, bot, "EMBED_LINKS")) throw missingPermissions();
}
