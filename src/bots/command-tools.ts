import type { Brain } from "../brain/brain.ts";
import type { Audience, Conversation, TalkPlace } from "../chat.ts";
import type { Dialect } from "./dialect.ts";
import type { Asked, Desk } from "./platform.ts";

/** Where and by whom a command was given. `may`: the person has the right to manage the place. */
export interface CommandAsked {
  readonly place: TalkPlace;
  readonly person: { readonly id: string; readonly name: string };
  readonly may: boolean;
}

/** What commands about talk work with. */
export interface CommandTools {
  readonly brain: Pick<Brain, "keptTalk" | "optOut">;
  readonly desk: Pick<Desk, "talk" | "schedules">;
  readonly dialect: Dialect;
  readonly clearanceOf: (
    of: { readonly conversation: Conversation; readonly askerId: string; readonly seenBy: Asked["seenBy"] },
    options: { readonly signal: AbortSignal },
  ) => Promise<readonly Audience[]>;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Says who may do what somebody may not. Pure. */
export function refusalWords({ mayManage }: Pick<Dialect, "mayManage">): string {
  return `That takes ${mayManage}.`;
}
