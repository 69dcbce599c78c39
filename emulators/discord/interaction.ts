import type { Message } from "./model.ts";

/** Kinds of interactions by Discord's numbers. */
export const InteractionType = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** A modal that the bot has opened. */
export interface Modal {
  readonly customId: string;
  readonly title: string;
  readonly components: readonly unknown[];
}

/** One choice of an autocomplete answer. */
export interface Choice {
  readonly name: string;
  readonly value: string | number;
}

/** An interaction, from the press of a button to the end of its token. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly channel: string;
  readonly user: string;
  readonly name: string | undefined;
  /** The message whose component was pressed. */
  readonly source: Message | undefined;
  /** "late": three seconds went by without an answer. */
  state: "waiting" | "deferred" | "answered" | "late";
  answeredAt: number | undefined;
  ephemeral: boolean;
  original: Message | undefined;
  /** What was taken away again. */
  readonly deleted: Set<string>;
  /** The original and the follow-ups, public and private. */
  readonly messages: Map<string, Message>;
  readonly followUps: Message[];
  choices: readonly Choice[] | undefined;
  modal: Modal | undefined;
  expiry: NodeJS.Timeout | undefined;
  /** The test moved the end of the token. */
  tokenEndsAt: number;
}
