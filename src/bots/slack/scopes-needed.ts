/** A scope that Hearth needs of Slack: what for, which of its calls Slack asks it for, and which events come with it alone. */
export interface ScopeNeeded {
  readonly scope: string;
  readonly what: string;
  readonly methods: readonly string[];
  readonly events: readonly string[];
}

const INFO = ["conversations.info", "conversations.members", "users.conversations"] as const;
const PAST = ["conversations.history", "conversations.replies"] as const;

/** All of them, and no other; `config/slack-manifest.yaml` asks for the same. */
export const SCOPES_NEEDED: readonly ScopeNeeded[] = [
  { scope: "app_mentions:read", what: "to see where it is mentioned", methods: [], events: ["app_mention"] },
  {
    scope: "assistant:write",
    what: "to have a pane of its own, as Slack's agents have, and to offer questions there",
    methods: ["assistant.threads.setSuggestedPrompts"],
    events: [],
  },
  {
    scope: "channels:history",
    what: "to follow a thread in a public channel that it was asked into, to find questions that came while it was not running, and to read what was said where its talk is kept or a summary is wanted",
    methods: PAST,
    events: ["message.channels"],
  },
  {
    scope: "channels:read",
    what: "to know who can read a public channel",
    methods: INFO,
    events: [
      "channel_archive",
      "channel_deleted",
      "channel_id_changed",
      "channel_left",
      "channel_shared",
      "channel_unarchive",
      "channel_unshared",
      "member_joined_channel",
      "member_left_channel",
    ],
  },
  {
    scope: "chat:write",
    what: "to answer",
    methods: [
      "assistant.threads.setStatus",
      "chat.appendStream",
      "chat.delete",
      "chat.postEphemeral",
      "chat.postMessage",
      "chat.startStream",
      "chat.stopStream",
      "chat.update",
    ],
    events: [],
  },
  { scope: "commands", what: "to have commands of its own, and a shortcut", methods: [], events: [] },
  { scope: "files:read", what: "to read files that come with a question", methods: ["files.info"], events: [] },
  {
    scope: "groups:history",
    what: "the same in private channels that it is a member of",
    methods: PAST,
    events: ["message.groups"],
  },
  {
    scope: "groups:read",
    what: "to know who can read a private channel",
    methods: INFO,
    events: ["group_archive", "group_deleted", "group_left", "group_unarchive"],
  },
  { scope: "im:history", what: "to see what is written to it directly", methods: PAST, events: ["message.im"] },
  {
    scope: "im:read",
    what: "to know its direct messages",
    methods: INFO,
    events: [],
  },
  {
    scope: "im:write",
    what: "to write to somebody directly where it may not answer in a channel",
    methods: ["conversations.open"],
    events: [],
  },
  {
    scope: "mpim:history",
    what: "to see what is written in direct messages of several people that it is in",
    methods: PAST,
    events: ["message.mpim"],
  },
  { scope: "mpim:read", what: "to know who can read those", methods: INFO, events: [] },
  {
    scope: "users:read",
    what: "to know who is a guest, who is an admin, and what people are called",
    methods: ["bots.info", "users.info", "users.list"],
    events: ["team_join", "user_change"],
  },
];

/** Calls and events that no scope is asked for. */
export const WITHOUT_SCOPE = {
  methods: ["auth.teams.list", "auth.test", "views.open", "views.publish"],
  events: ["app_home_opened", "app_uninstalled", "tokens_revoked"],
} as const;

/** The scopes alone. */
export function scopesNeeded(): readonly string[] {
  return SCOPES_NEEDED.map(({ scope }) => scope);
}

/** Which scopes are missing of those that are needed, and which are given and needless. Pure. */
export function compareScopes(granted: readonly string[]): {
  readonly missing: readonly ScopeNeeded[];
  readonly needless: readonly string[];
} {
  const needed = scopesNeeded();
  return {
    missing: SCOPES_NEEDED.filter(({ scope }) => !granted.includes(scope)),
    needless: granted.filter((scope) => !needed.includes(scope)).toSorted(),
  };
}
