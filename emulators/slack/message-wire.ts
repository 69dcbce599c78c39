import type { Channel, Json, Message, SlackFile, View } from "./model.ts";
import type { State } from "./state.ts";

/** A file as it stands on a message or in files.info. */
export function fileObject(state: State, file: SlackFile, where: "event" | "info"): Json {
  if (file.deleted) return { id: file.id, mode: "tombstone" };
  if (file.stub && where === "event")
    return { id: file.id, mode: "file_access", file_access: "check_file_info", created: 0, timestamp: 0, user: "" };
  const path = `${state.url}/files-pri/${file.team}-${file.id}`;
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.name,
    mimetype: file.mimetype,
    filetype: file.name.split(".").at(-1) ?? "",
    pretty_type: file.mimetype,
    user: file.user,
    user_team: file.team,
    size: file.bytes.length,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: false,
    editable: false,
    public_url_shared: false,
    url_private: `${path}/${encodeURIComponent(file.name)}`,
    url_private_download: `${path}/download/${encodeURIComponent(file.name)}`,
    permalink: `${state.url}/files/${file.user}/${file.id}/${encodeURIComponent(file.name)}`,
    has_rich_preview: false,
    file_access: "visible",
  };
}

/** A message as history, events and answers give it; its metadata only where asked for. */
export function messageObject(
  state: State,
  message: Message,
  channel: Channel,
  options: { metadata?: boolean } = {},
): Json {
  const replies = message.threadTs === undefined ? channel.timeline.replies(message.ts) : [];
  const isRoot = replies.length > 0;
  const parent = channel.timeline.get(message.threadTs ?? "")?.user;
  return {
    type: "message",
    ...(message.subtype === undefined ? {} : { subtype: message.subtype }),
    ...(message.user === "" ? {} : { user: message.user }),
    ts: message.ts,
    ...(message.clientMsgId === undefined ? {} : { client_msg_id: message.clientMsgId }),
    ...(message.botId === undefined
      ? {}
      : { bot_id: message.botId, app_id: message.appId, bot_profile: botProfile(message) }),
    text: message.text,
    team: message.team,
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.attachments.length === 0 ? {} : { attachments: message.attachments }),
    ...(message.files.length === 0
      ? {}
      : { files: message.files.map((file) => fileObject(state, file, "event")), upload: false }),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
    ...(message.threadTs === undefined
      ? {}
      : { thread_ts: message.threadTs, ...(parent === undefined ? {} : { parent_user_id: parent }) }),
    ...(isRoot ? rootPart(replies, message.ts) : {}),
    ...(message.broadcast ? { root: { ts: message.threadTs } } : {}),
    ...(message.reactions.size === 0 ? {} : { reactions: reactionsOf(message) }),
    ...(message.stream === undefined ? {} : { streaming_state: message.stream.state }),
    ...(options.metadata === true && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
}

const botProfile = ({ botId, appId, team }: Message): Json => ({
  id: botId,
  app_id: appId,
  team_id: team,
  deleted: false,
  name: "bot",
});

const rootPart = (replies: readonly Message[], ts: string): Json => ({
  thread_ts: ts,
  reply_count: replies.length,
  reply_users_count: new Set(replies.map(({ user }) => user)).size,
  latest_reply: replies.at(-1)?.ts ?? ts,
  is_locked: false,
});

const reactionsOf = ({ reactions }: Message): Json[] =>
  [...reactions].map(([name, users]) => ({ name, users: [...users], count: users.size }));

/** A view as views.* and payloads give it. */
export function viewObject(state: State, view: View, values: Json = {}): Json {
  const { body } = view;
  return {
    ...body,
    id: view.id,
    team_id: view.team,
    type: view.type,
    blocks: body.blocks,
    private_metadata: body.private_metadata ?? "",
    callback_id: body.callback_id ?? "",
    external_id: body.external_id ?? "",
    state: { values },
    hash: view.hash,
    title: body.title ?? { type: "plain_text", text: "View Title", emoji: true },
    clear_on_close: body.clear_on_close ?? false,
    notify_on_close: body.notify_on_close ?? false,
    close: body.close ?? null,
    submit: body.submit ?? null,
    previous_view_id: view.previous ?? null,
    root_view_id: view.root,
    app_id: state.app.id,
    app_installed_team_id: view.team,
    bot_id: [...state.installs.values()][0]?.botId ?? "",
  };
}
