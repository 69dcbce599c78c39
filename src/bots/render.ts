import type { Answered } from "../brain/brain.ts";
import type { Answer } from "../chat.ts";
import type { FailedDocument } from "../knowledge/knowledge.ts";
import { gateMarkdown } from "./gate.ts";
import type { Button, Content } from "./platform.ts";
import {
  allowedInWriting,
  paragraphs,
  renderConflicts,
  renderLabel,
  renderPlace,
  renderQuotes,
  renderSources,
  renderUnread,
  type LinkSettings,
} from "./render-parts.ts";

/** How an answer is shown. `canAskHuman`: the owner named people for this place. `unread`: files that the edge itself left out. */
export interface AnswerSettings extends LinkSettings {
  readonly canAskHuman: boolean;
  readonly unread?: readonly FailedDocument[];
  /** A sentence of Hearth's own below it. */
  readonly note?: string;
}

/** An answer as it stays: what answers first, then where it stands; or that the documents do not hold it. Pure. */
export function renderAnswer(answered: Answered, settings: AnswerSettings): Content {
  const { answer, id, unread = [] } = answered;
  const parts = [
    renderWords(answered, settings),
    renderUnread([...(settings.unread ?? []), ...unread]),
    settings.note ?? "",
  ];
  return { markdown: paragraphs(...parts), buttons: buttonsFor(answer, { id, settings }) };
}

/** What an answer says, for the record of what was said: its words without its sources. Pure. */
export function answerText(answer: Answer): string {
  if (answer.kind === "unknown") return "Not in the docs.";
  return answer.kind === "quoted" ? answer.quotes.map(({ text }) => text).join("\n") : answer.text;
}

function renderWords({ answer, writing }: Answered, settings: AnswerSettings): string {
  const label = writing?.kind === "written" ? renderLabel(writing.model) : "";
  if (answer.kind === "unknown") return renderUnknown(answer, settings);
  if (answer.kind === "plain") return paragraphs(label, gateMarkdown(answer.text, allowedInWriting([], settings)));
  if (answer.kind === "quoted") {
    return paragraphs(renderQuotes(answer, settings), renderConflicts(answer), renderSources(answer));
  }
  const also = answer.quotes.length === 0 ? "" : `Also quoted:\n${renderQuotes(answer, settings)}`;
  const text = gateMarkdown(answer.text, allowedInWriting(answer.passages, settings));
  return paragraphs(label, text, renderConflicts(answer), also, renderSources(answer));
}

function renderUnknown({ nearest }: Extract<Answer, { kind: "unknown" }>, { canAskHuman }: AnswerSettings): string {
  const places =
    nearest.length === 0
      ? "No passage comes near. Try the words that the documents would use."
      : `Nearest:\n${nearest.map((passage) => `- ${renderPlace(passage)}`).join("\n")}`;
  return paragraphs(
    "**Not in the docs.**",
    places,
    canAskHuman ? "*Ask a human* puts it to somebody who may know." : "",
  );
}

function buttonsFor(
  { kind }: Answer,
  { id: answerId, settings }: { readonly id: string; readonly settings: AnswerSettings },
): Button[] {
  if (kind === "plain") return [];
  const kinds = ["up", "down", "why", ...(settings.canAskHuman ? (["human"] as const) : [])] as const;
  return kinds.map((one) => ({ kind: one, answerId }));
}
