import { isObject } from "./checks.ts";
import type { Channel, Json, Message, Pings, Prompts } from "./model.ts";
import { known, maySee, type State } from "./state.ts";

/** A message as a person sees it. */
export interface Seen {
  readonly ts: string;
  readonly by: string;
  readonly isBot: boolean;
  /** All that can be read, of text, Markdown and blocks. */
  readonly text: string;
  readonly thread: string | undefined;
  readonly ephemeral: boolean;
  readonly streaming: boolean;
  readonly edits: number;
  readonly broadcast: boolean;
  readonly blocks: readonly Json[];
  /** The ids of what can be pressed or chosen. */
  readonly actions: readonly string[];
  readonly files: readonly string[];
  readonly reactions: Readonly<Record<string, readonly string[]>>;
  readonly pings: Pings;
  /** Tasks of a reply that grows, by id. */
  readonly tasks: readonly Json[];
}

/** What is around the messages of a place. */
export interface Around {
  /** By thread: "is thinking…". */
  readonly status: Readonly<Record<string, { readonly status: string; readonly loading: readonly string[] }>>;
  readonly titles: Readonly<Record<string, string>>;
  readonly prompts: Prompts | undefined;
  readonly sessions: Readonly<Record<string, { readonly title: string | undefined; readonly status: string }>>;
}

/** A modal or an App Home as a person sees it. */
export interface SeenView {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly actions: readonly string[];
}

interface Look {
  readonly to: string;
  readonly in: string;
  /** Only one thread, with its root. */
  readonly thread?: string;
}

/** What people see. */
export function createEyes(state: State) {
  return {
    /** What a person sees in a place, oldest first, private answers included; nothing where they may not look. */
    visible: (look: Look): readonly Seen[] => visible(state, look),
    /** What stands in a place, oldest first, whoever may see it. */
    history: (channel: string): readonly Seen[] => known(state.channels, channel, "channel").timeline.all().map(seen),
    /** Status lines and titles by thread, sessions, and the prompts of the pane. */
    around({ in: id, thread = "" }: { readonly in: string; readonly thread?: string }): Around {
      const channel = known(state.channels, id, "channel");
      const lines = [...channel.status].filter(([, { until }]) => until > Date.now());
      return {
        status: Object.fromEntries(lines.map(([at, { status, loading }]) => [at, { status, loading }])),
        titles: Object.fromEntries(channel.titles),
        prompts: channel.prompts.get(thread) ?? channel.prompts.get(""),
        sessions: Object.fromEntries(channel.sessions),
      };
    },
    /** A person's App Home; undefined where nothing was published. */
    home(to: string): SeenView | undefined {
      const { team } = known(state.users, to, "user");
      return viewSeen(state, state.homes.get(`${team} ${to}`));
    },
    /** The modal on top for a person. */
    modal(to: string): SeenView | undefined {
      return viewSeen(
        state,
        [...state.views.values()].filter(({ user, type }) => user === to && type === "modal").at(-1)?.id,
      );
    },
  };
}

function visible(state: State, { to, in: id, thread }: Look): readonly Seen[] {
  const channel = known(state.channels, id, "channel");
  if (!maySee(state, known(state.users, to, "user"), channel)) return [];
  const { timeline } = channel;
  const root = timeline.get(thread ?? "");
  const said =
    thread === undefined ? timeline.all() : [...(root === undefined ? [] : [root]), ...timeline.replies(thread)];
  const own = channel.ephemerals.filter(
    ({ user, threadTs }) => user === to && (thread === undefined || threadTs === thread),
  );
  const all = [...said.map(seen), ...own.map((one) => ephemeralSeen(state, one, channel))];
  return own.length === 0 ? all : all.toSorted((a, b) => (a.ts < b.ts ? -1 : 1));
}

function seen(message: Message): Seen {
  const { blocks, markdown, text } = message;
  return {
    ts: message.ts,
    by: message.user,
    isBot: message.botId !== undefined,
    // Where there are blocks, the text is only what a notification says.
    text: blocks.length === 0 ? (markdown ?? text) : readable(blocks),
    thread: message.threadTs,
    ephemeral: false,
    streaming: message.stream?.state === "in_progress",
    edits: message.edits,
    broadcast: message.broadcast,
    blocks,
    actions: actionsOf(blocks),
    files: message.files.map(({ name }) => name),
    reactions: Object.fromEntries([...message.reactions].map(([name, users]) => [name, [...users]])),
    pings: message.pings,
    tasks: [...(message.stream?.tasks.values() ?? [])],
  };
}

function ephemeralSeen(state: State, one: Channel["ephemerals"][number], channel: Channel): Seen {
  const bot = [...state.installs.values()].find(({ botUser }) => channel.members.has(botUser))?.botUser ?? "";
  return {
    ts: one.ts,
    by: bot,
    isBot: true,
    text: one.blocks.length === 0 ? (one.markdown ?? one.text) : readable(one.blocks),
    thread: one.threadTs,
    ephemeral: true,
    streaming: false,
    edits: 0,
    broadcast: false,
    blocks: one.blocks,
    actions: actionsOf(one.blocks),
    files: [],
    reactions: {},
    pings: { users: [], groups: [], everyone: false },
    tasks: [],
  };
}

function viewSeen(state: State, id: string | undefined): SeenView | undefined {
  const view = state.views.get(id ?? "");
  if (view === undefined) return undefined;
  const blocks = (Array.isArray(view.body.blocks) ? view.body.blocks : []).filter(isObject);
  const { title } = view.body;
  return {
    id: view.id,
    title: isObject(title) ? String(title.text) : "",
    text: readable(blocks),
    blocks,
    actions: actionsOf(blocks),
  };
}

/** The words of blocks, a line for each text. */
function readable(blocks: readonly Json[]): string {
  return [...words(blocks)].join("\n");
}

function* words(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* words(one);
  if (!isObject(value)) return;
  if (value.type === "rich_text_section") yield inline(value.elements);
  else
    for (const [key, inner] of Object.entries(value))
      if (typeof inner !== "string") yield* words(inner);
      else if (key === "text") yield inner;
}

const inline = (elements: unknown): string =>
  (Array.isArray(elements) ? elements : [])
    .filter(isObject)
    .map((one) =>
      typeof one.text === "string" ? one.text : typeof one.user_id === "string" ? `<@${one.user_id}>` : "",
    )
    .join("");

function actionsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(actionsOf);
  if (!isObject(value)) return [];
  const own = typeof value.action_id === "string" ? [value.action_id] : [];
  return [...own, ...Object.values(value).flatMap((one) => (typeof one === "object" ? actionsOf(one) : []))];
}
