import type { Overwrite } from "./permissions.ts";
import type { Timeline } from "./timeline.ts";

/** Kinds of channels by Discord's numbers. */
export const ChannelType = {
  text: 0,
  dm: 1,
  voice: 2,
  category: 4,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  stage: 13,
  forum: 15,
} as const;

/** Kinds of messages that people or bots write; all others are made by Discord. */
export const WRITTEN = new Set([0, 19, 20, 23]);

/** The lines that Discord adds where threads begin: in the parent, and at the top of a thread that came from a message. */
export const ThreadLine = { created: 18, starter: 21 } as const;

/** Flags of messages. */
export const MessageFlag = {
  SUPPRESS_EMBEDS: 1 << 2,
  HAS_THREAD: 1 << 5,
  EPHEMERAL: 1 << 6,
  LOADING: 1 << 7,
  SUPPRESS_NOTIFICATIONS: 1 << 12,
  IS_COMPONENTS_V2: 1 << 15,
} as const;

/** A person or a bot. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  /** Whether messages from bots are refused. */
  readonly closedDms: boolean;
}

/** A role; a guild's @everyone has the guild's own id. */
export interface Role {
  readonly id: string;
  name: string;
  permissions: bigint;
  position: number;
  mentionable: boolean;
  /** The bot whose own role it is. */
  readonly bot?: string;
}

/** A user in a guild. */
export interface Member {
  readonly user: string;
  readonly roles: Set<string>;
  readonly joinedAt: number;
  nick: string | undefined;
  timedOutUntil: number | undefined;
}

/** A guild; `present` says whether the bot is in it, `available` whether Discord serves it just now. */
export interface Guild {
  readonly id: string;
  name: string;
  readonly owner: string;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  readonly channels: Set<string>;
  readonly threads: Set<string>;
  present: boolean;
  available: boolean;
}

/** What a thread has beside what channels have. */
export interface ThreadPart {
  readonly owner: string;
  readonly members: Map<string, number>;
  readonly createdAt: number;
  readonly invitable: boolean;
  archived: boolean;
  locked: boolean;
  autoArchive: number;
  archiveChangedAt: number;
  sent: number;
}

/** A place with messages, or a category or forum with none. */
export interface Channel {
  readonly id: string;
  readonly type: number;
  readonly guild: string | undefined;
  readonly parent: string | undefined;
  readonly overwrites: Map<string, Overwrite>;
  readonly timeline: Timeline;
  /** Of a DM: the person. */
  readonly recipient: string | undefined;
  readonly thread: ThreadPart | undefined;
  name: string;
  topic: string | undefined;
  nsfw: boolean;
  position: number;
  slowmode: number;
  lastMessage: string | undefined;
  readonly tags: { readonly id: string; readonly name: string }[];
  appliedTags: readonly string[];
}

/** One file of a message; its bytes lie on the emulator's CDN. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly bytes: Buffer;
  readonly description: string | undefined;
}

/** What an interaction leaves on the message that answers it. */
export interface InteractionMark {
  readonly id: string;
  readonly type: number;
  readonly user: string;
  readonly name: string | undefined;
}

/** Whom a message notifies. */
export interface Pings {
  readonly everyone: boolean;
  readonly roles: readonly string[];
  readonly users: readonly string[];
}

/** A message as it stands now. */
export interface Message {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  readonly type: number;
  readonly sentAt: number;
  readonly nonce: string | number | undefined;
  readonly replyTo: { readonly channel: string; readonly message: string } | undefined;
  readonly interaction: InteractionMark | undefined;
  readonly webhook: string | undefined;
  content: string;
  editedAt: number | undefined;
  flags: number;
  pings: Pings;
  embeds: readonly unknown[];
  components: readonly unknown[];
  attachments: readonly Attachment[];
  thread: string | undefined;
  /** Who reacted with which emoji. */
  readonly reactions: Map<string, Set<string>>;
  /** How often the content or the components were changed. */
  edits: number;
}
