import type { types } from "@slack/bolt";
import type { Hit } from "../../chat.ts";
import { docsChoices, LONGEST_WORDS } from "../docs-choices.ts";
import { isChannel } from "./ids.ts";
import { isObject, textOf } from "./read.ts";

/** The ids of the modal, and of its one select. */
export const DOCS_MODAL = "h1:docs-modal";
export const DOCS_SELECT = "h1:docs-select";
const BLOCK = "docs";

/** What Slack takes of suggestions: a hundred, of 75 characters each. */
const LIMITS = { most: 50, longest: 75 };
/** An address to answer at is open for half an hour. */
const OPEN_MS = 29 * 60_000;

/** Where a modal was opened: it is answered there. */
export interface Opened {
  readonly channel: string;
  readonly respond: string;
  /** Milliseconds. */
  readonly at: number;
}

/** The modal that finds places in the documents while somebody types. Pure. */
export function docsModal(opened: Opened): types.ModalView {
  const text = (words: string) => ({ type: "plain_text", text: words, emoji: true }) as const;
  return {
    type: "modal",
    callback_id: DOCS_MODAL,
    private_metadata: JSON.stringify(opened),
    title: text("Find in the documents"),
    submit: text("Show"),
    close: text("Close"),
    blocks: [
      {
        type: "input",
        block_id: BLOCK,
        label: text("A title, a heading, or words"),
        hint: text("What you choose is shown to you alone, in the channel that you came from."),
        element: {
          type: "external_select",
          action_id: DOCS_SELECT,
          min_query_length: 2,
          placeholder: text("Type to search"),
          focus_on_load: true,
        },
      },
    ],
  };
}

/** Titles and headings for what is being typed, and the words themselves first. Pure. */
export function suggestions(value: string, hits: readonly Hit[]): types.PlainTextOption[] {
  const words = value.trim().slice(0, LONGEST_WORDS).trim();
  const own = words === "" ? [] : [{ name: `Search for “${shorten(words, LIMITS.longest - 13)}”`, value: words }];
  return [...own, ...docsChoices(hits, LIMITS)].map((choice) => ({
    text: { type: "plain_text", text: choice.name, emoji: false },
    value: choice.value,
  }));
}

/** Where a modal was opened; undefined for what is no modal of Hearth's. Pure. */
export function readOpened(metadata: unknown): Opened | undefined {
  const read = typeof metadata === "string" ? parse(metadata) : undefined;
  const [channel, respond] = [textOf(read, "channel"), textOf(read, "respond")];
  const at = isObject(read) ? read["at"] : undefined;
  if (!isChannel(channel) || respond === undefined || typeof at !== "number") return undefined;
  return { channel, respond, at };
}

/** What was chosen in a modal that was handed in. Pure. */
export function chosenIn(view: unknown): string | undefined {
  const select = [isObject(view) ? view["state"] : undefined, "values", BLOCK, DOCS_SELECT].reduce<unknown>(
    (found, key) => (typeof key === "string" && isObject(found) ? found[key] : key),
    undefined,
  );
  return textOf(isObject(select) ? select["selected_option"] : undefined, "value");
}

/** Errors of a modal that has been open for too long to be answered; undefined where it has not. Pure. */
export function tooLate({ at }: Opened, now: number): Record<string, string> | undefined {
  return now - at > OPEN_MS ? { [BLOCK]: "This was open for too long. Close it and type /docs again." } : undefined;
}

function shorten(words: string, most: number): string {
  return words.length <= most
    ? words
    : `${words
        .slice(0, most - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
