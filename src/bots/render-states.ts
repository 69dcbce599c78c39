import type { Progress, QuotedAnswer, StaleSource } from "../brain/brain.ts";
import { LONGEST_TEXT } from "../chat.ts";
import { gateMarkdown } from "./gate.ts";
import {
  allowedInWriting,
  paragraphs,
  renderConflicts,
  renderLabel,
  renderQuotes,
  renderSources,
  renderStale,
  sentence,
  type LinkSettings,
} from "./render-parts.ts";

/** What stands of an answer that is not whole yet, or never became so. */
export interface Standing {
  readonly quoted?: QuotedAnswer;
  readonly writing?: Extract<Progress, { kind: "writing" }>;
  /** What goes on, in a line of Hearth's own; empty where nothing is to be said. */
  readonly note: string;
}

const WRITING = "Writing …";
/** Shorter waits are not worth a line. */
const WORTH_TELLING_S = 5;

/** Where an answer stands after the next progress. Pure. */
export function afterProgress(standing: Standing, progress: Progress): Standing {
  if (progress.kind === "searching") return standing;
  if (progress.kind === "asking-again") return { note: "The search was restarted; your question is asked again …" };
  if (progress.kind === "quoted") return { quoted: progress.answer, note: WRITING };
  if (progress.kind === "writing") return { ...standing, writing: progress, note: WRITING };
  // What is written already needs no word about when it will be.
  if (standing.writing) return standing;
  return { ...standing, note: progress.kind === "late" ? sentence(progress.why) : waitingWords(progress) || WRITING };
}

/** What stands so far, with a line below it that says what goes on. Empty where there is nothing to show. Pure. */
export function renderStanding({ quoted, writing, note }: Standing, settings: LinkSettings): string {
  const quotes = quoted ? paragraphs(renderQuotes(quoted, settings), renderConflicts(quoted)) : "";
  const text = writing ? gateMarkdown(writing.text, allowedInWriting(writing.passages, settings)) : "";
  const passages = writing?.passages ?? quoted?.passages;
  const sources = passages ? renderSources({ kind: writing ? "cited" : "quoted", passages }) : "";
  return paragraphs(quotes, renderLabel(writing?.model), text, note === "" ? "" : `*${note}*`, sources);
}

/** What of it the states to come only add to: quotes, and the text up to a fence that is still open. Pure. */
export function renderGrowing({ quoted, writing }: Standing, settings: LinkSettings): string {
  const quotes = quoted ? paragraphs(renderQuotes(quoted, settings), renderConflicts(quoted)) : "";
  const text = writing ? gateMarkdown(beforeOpenFence(writing.text), allowedInWriting(writing.passages, settings)) : "";
  return paragraphs(quotes, text === "" ? "" : renderLabel(writing?.model), text);
}

function beforeOpenFence(text: string): string {
  const fences = [...text.matchAll(/^[ \t>]*(?:```|~~~)/gm)];
  return fences.length % 2 === 0 ? text : text.slice(0, fences.at(-1)?.index).trimEnd();
}

/** "2 questions before yours, about 40 s"; empty where it will not take long. Pure. */
export function waitingWords({ ahead, seconds }: { readonly ahead: number; readonly seconds: number }): string {
  if (seconds <= WORTH_TELLING_S) return "";
  const place = ahead === 0 ? "Yours is next" : `${ahead} question${ahead === 1 ? "" : "s"} before yours`;
  return `${place}, ${about(seconds)}`;
}

/** Says that nobody more may wait, and for how long it will be so. Pure. */
export function refusalWords({ why, seconds }: { readonly why: "person" | "all"; readonly seconds: number }): string {
  const reason =
    why === "person" ? "Two questions of yours are waiting already" : "Too many questions are waiting already";
  return `${reason}, so this one is not answered. Please ask again in ${about(seconds)}.`;
}

/** Says that a question was read too late to be answered. Pure. */
export function apologyWords(hours: number): string {
  return `Sorry: this was asked more than ${hours} hour${hours === 1 ? "" : "s"} before I could read it. Please ask again if you still want to know.`;
}

/** Says that something broke. Pure. */
export function failureWords(): string {
  return "Sorry: something broke while this was being answered. It is in the log; please ask again.";
}

/** Says that of a question only so much was read as is one. Pure. */
export function tooLongWords(): string {
  return `*Your question is longer than ${LONGEST_TEXT.toLocaleString("en")} characters; only its beginning was read.*`;
}

/** Says of an answer that was stopped that it was. Pure. */
export function stoppedWords(standing: Standing, settings: LinkSettings): string {
  return renderStanding({ ...standing, note: "Stopped." }, settings);
}

/** The line below an answer whose sources have changed. Pure. */
export function staleWords(sources: readonly StaleSource[]): string {
  return `${renderStale(sources)} Ask again to see what the documents say now.`;
}

/** Stands in the place of an answer that cannot be given again. Pure. */
export function takenBackWords(): string {
  return "*This answer was taken away: a message that it was taken from was deleted or edited.*";
}

/** The line below an answer that was given again, since its sources had changed. Pure. */
export function updatedWords(sources: readonly StaleSource[], { day }: { readonly day: string }): string {
  return `*Answered again on ${day}. ${renderStale(sources)}*`;
}

function about(seconds: number): string {
  return `about ${seconds < 120 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`}`;
}
