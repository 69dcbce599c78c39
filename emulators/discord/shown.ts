import { everyComponent } from "./component-shapes.ts";
import { MessageFlag, type Message } from "./model.ts";

/** A button or menu as people see it. */
export interface ShownComponent {
  readonly type: number;
  readonly customId: string | undefined;
  readonly label: string | undefined;
  readonly emoji: string | undefined;
  readonly url: string | undefined;
  readonly disabled: boolean;
}

/** A message as people see it now. */
export interface ShownMessage {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  readonly content: string;
  readonly flags: number;
  /** Only one person sees it. */
  readonly ephemeral: boolean;
  /** "is thinking …" */
  readonly loading: boolean;
  readonly edits: number;
  readonly replyTo: string | undefined;
  readonly mentions: readonly string[];
  readonly embeds: readonly unknown[];
  readonly components: readonly ShownComponent[];
  readonly attachments: readonly { readonly name: string; readonly text: string }[];
  readonly thread: string | undefined;
}

/** Makes what people see of a message. */
export function showMessage(message: Message): ShownMessage {
  return {
    id: message.id,
    channel: message.channel,
    author: message.author,
    content: message.content,
    flags: message.flags,
    ephemeral: (message.flags & MessageFlag.EPHEMERAL) !== 0,
    loading: (message.flags & MessageFlag.LOADING) !== 0,
    edits: message.edits,
    replyTo: message.replyTo?.message,
    mentions: message.pings.users,
    embeds: message.embeds,
    components: [...everyComponent(message.components)]
      .filter(({ type }) => type !== 1 && type !== 17)
      .map(showComponent),
    attachments: message.attachments.map(showFile),
    thread: message.thread,
  };
}

/** Its text is made when somebody looks: it may be larger than any text. */
function showFile({ name, bytes }: Message["attachments"][number]): ShownMessage["attachments"][number] {
  return {
    name,
    get text() {
      return bytes.toString("utf8");
    },
  };
}

function showComponent(one: Readonly<Record<string, unknown>>): ShownComponent {
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const emoji =
    typeof one.emoji === "object" && one.emoji !== null && "name" in one.emoji ? text(one.emoji.name) : undefined;
  return {
    type: typeof one.type === "number" ? one.type : 0,
    customId: text(one.custom_id),
    label: text(one.label),
    emoji,
    url: text(one.url),
    disabled: one.disabled === true,
  };
}
