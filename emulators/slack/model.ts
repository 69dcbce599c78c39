import type { Timeline } from "./timeline.ts";

/** A JSON object on its way in or out. */
export type Json = Record<string, unknown>;

/** A workspace; `enterprise` is the org that it belongs to. */
export interface Team {
  readonly id: string;
  name: string;
  readonly domain: string;
  readonly enterprise: string | undefined;
}

/** An organisation of several workspaces. */
export interface Enterprise {
  readonly id: string;
  readonly name: string;
}

/** A person or a bot. Its id is unique, but who someone is needs the team as well. */
export interface User {
  readonly id: string;
  readonly team: string;
  readonly name: string;
  readonly realName: string;
  readonly botId: string | undefined;
  readonly appId: string | undefined;
  isAdmin: boolean;
  isOwner: boolean;
  /** "multi" and "single" channel guests. */
  guest: "multi" | "single" | undefined;
  deleted: boolean;
}

/** The app in one workspace, or in a whole org: then `team` is undefined. */
export interface Install {
  readonly token: string;
  readonly team: string | undefined;
  readonly enterprise: string | undefined;
  readonly botUser: string;
  readonly botId: string;
  readonly scopes: Set<string>;
  /** Of an org's: the workspaces that it was taken out of. */
  readonly without: Set<string>;
  status: "active" | "uninstalled" | "revoked";
}

export type ChannelKind = "public" | "private" | "im" | "mpim";

/** A line such as "is thinking…" beneath a thread; Slack takes it away after two minutes or with the next reply. */
export interface StatusLine {
  readonly status: string;
  readonly loading: readonly string[];
  readonly until: number;
}

/** What is offered to a person who opens the agent's pane. */
export interface Prompts {
  readonly title: string | undefined;
  readonly prompts: readonly { readonly title: string; readonly message: string }[];
}

/** A place with messages. */
export interface Channel {
  /** Changes only where Slack changes it: as a private channel is shared with another company. */
  id: string;
  /** The workspace that made it. */
  readonly team: string;
  readonly creator: string;
  readonly created: number;
  readonly members: Set<string>;
  /** All workspaces that it is in, its own among them. */
  readonly teams: Set<string>;
  readonly timeline: Timeline;
  /** Seen by one person each, and in no history. */
  readonly ephemerals: Ephemeral[];
  /** By thread. */
  readonly status: Map<string, StatusLine>;
  readonly titles: Map<string, string>;
  readonly sessions: Map<string, Session>;
  /** By thread; under "" those of the pane. */
  readonly prompts: Map<string, Prompts>;
  kind: ChannelKind;
  name: string;
  topic: string;
  purpose: string;
  archived: boolean;
  deleted: boolean;
}

/** An agent's session in a thread. */
export interface Session {
  title: string | undefined;
  status: string;
}

/** Whom a message notifies. */
export interface Pings {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** @here, @channel and @everyone. */
  readonly everyone: boolean;
}

/** Data that an app hangs on a message. */
export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Json;
}

/** A reply that grows. */
export interface Stream {
  state: "in_progress" | "completed" | "errored";
  stoppedByUser: boolean;
  lastAt: number;
  readonly recipient: string | undefined;
  readonly tasks: Map<string, Json>;
}

/** A message as it stands now. */
export interface Message {
  readonly ts: string;
  channel: string;
  readonly user: string;
  readonly team: string;
  readonly botId: string | undefined;
  readonly appId: string | undefined;
  readonly threadTs: string | undefined;
  readonly broadcast: boolean;
  subtype: string | undefined;
  readonly clientMsgId: string | undefined;
  readonly files: readonly SlackFile[];
  readonly reactions: Map<string, Set<string>>;
  readonly stream: Stream | undefined;
  text: string;
  /** Standard Markdown, where it was posted as such. */
  markdown: string | undefined;
  blocks: readonly Json[];
  attachments: readonly Json[];
  metadata: Metadata | undefined;
  editedTs: string | undefined;
  pings: Pings;
  /** How often its text or blocks were changed. */
  edits: number;
}

/** What one person alone sees; `replacedBy` a response_url or an ephemeral post. */
export interface Ephemeral {
  readonly ts: string;
  readonly user: string;
  readonly threadTs: string | undefined;
  text: string;
  markdown: string | undefined;
  blocks: readonly Json[];
}

/** A file; its bytes are had at `url_private` with the token of an install. */
export interface SlackFile {
  readonly id: string;
  readonly team: string;
  readonly user: string;
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
  readonly created: number;
  /** The bytes lie on another host, to which a download is led. */
  readonly elsewhere: boolean;
  /** Of another workspace: events say only `check_file_info`. */
  readonly stub: boolean;
  deleted: boolean;
}

/** A modal or an App Home. */
export interface View {
  readonly id: string;
  readonly type: "modal" | "home";
  readonly team: string;
  readonly user: string;
  readonly root: string;
  readonly previous: string | undefined;
  body: Json;
  hash: string;
}
