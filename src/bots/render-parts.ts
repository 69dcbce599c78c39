import type { ModelLabel, StaleSource } from "../brain/brain.ts";
import type { Answer, Passage, Quote } from "../chat.ts";
import type { FailedDocument } from "../knowledge/knowledge.ts";
import type { Allowed } from "./addresses.ts";
import { gateLine, gateLink, gateMarkdown } from "./gate.ts";
import { shownPath, shownTitle } from "./shown-name.ts";

/** What is quoted or written, with the passages it stands in. */
export type Sourced = Pick<Extract<Answer, { kind: "quoted" | "cited" }>, "kind" | "quotes" | "passages" | "conflicts">;

/** Hosts that links may lead to, besides the addresses of the passages in hand. */
export interface LinkSettings {
  readonly linkHosts: readonly string[];
}

/** What links may lead to where these passages are shown. Pure. */
export function allowedWith(passages: readonly Passage[], { linkHosts }: LinkSettings): Allowed {
  return { hosts: linkHosts, urls: passages.flatMap(({ url }) => (url === undefined ? [] : [url])) };
}

/** The same for what a model wrote from them: it may show no address that it was not given. Pure. */
export function allowedInWriting(passages: readonly Passage[], settings: LinkSettings): Allowed {
  const texts = passages.flatMap(({ text, url = "", path, title, said }) => [said ? "" : text, url, path, title]);
  return { ...allowedWith(passages, settings), texts };
}

/** Paragraphs of Markdown, without those that are empty. Pure. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The sentences that are quoted, each as a block quote with the number of its passage. Pure. */
export function renderQuotes({ kind, quotes, passages }: Sourced, settings: LinkSettings): string {
  const allowed = allowedWith(passages, settings);
  const isNumbered = kind === "cited" || passages.length > 1;
  // Anybody may say an address in a channel; who wants it finds it in the message, one click away.
  const inTalk = { ...allowed, texts: [] };
  const allowedIn = ({ passage }: Quote) => (passages[passage]?.said ? inTalk : allowed);
  return paragraphs(...quotes.map((quote) => renderQuote(quote, { allowed: allowedIn(quote), isNumbered })));
}

/** A line for each two passages that disagree, with the days they are of. Pure. */
export function renderConflicts({ passages, conflicts = [] }: Pick<Sourced, "passages" | "conflicts">): string {
  const nameOf = (place: number) => {
    const passage = passages[place];
    const day = passage && dayOf(passage);
    return passage ? [`[${place + 1}] ${gateLine(shownTitle(passage))}${day === undefined ? "" : ` (${day})`}`] : [];
  };
  return conflicts.map((pair) => `These disagree: ${pair.flatMap(nameOf).join(", ")}`).join("\n");
}

/** Where an answer stands: each passage with its number, place and day. Pure. */
export function renderSources({ kind, passages }: Pick<Sourced, "kind" | "passages">): string {
  const isNumbered = kind === "cited" || passages.length > 1;
  return passages.map((passage, at) => `${isNumbered ? `[${at + 1}] ` : ""}${renderPlace(passage)}`).join("\n");
}

/** Title and headings, as a link where people can read it and else with its file, and the day it last changed. Pure. */
export function renderPlace(passage: Passage): string {
  const { headings, url } = passage;
  const trail = gateLink([shownTitle(passage), ...headings].join(" › "), url);
  // Of what somebody said the title says by whom and when, and there is no file.
  if (passage.said) return trail;
  const day = dayOf(passage);
  return [trail, ...(trail.startsWith("[") ? [] : [asCode(fileOf(passage))]), ...(day === undefined ? [] : [day])].join(
    " · ",
  );
}

/** Files of the question that were not read, and why. Pure. */
export function renderUnread(unread: readonly FailedDocument[]): string {
  if (unread.length === 0) return "";
  const files = unread.map(({ path, reason }) => `${asCode(shownPath(path))} (${gateLine(reason).replace(/\.$/, "")})`);
  return `Could not read ${files.join(", ")}`;
}

/** A line that says so where no model wrote what follows, but a puppet played it. Pure. */
export function renderLabel(model: ModelLabel | undefined): string {
  return model?.kind === "puppet" ? `**${gateLine(model.name)} (a puppet: it plays given words)**` : "";
}

/** "The source changed since: Leave. The source is no longer there: Press." Pure. */
export function renderStale(sources: readonly StaleSource[]): string {
  const titlesOf = (change: StaleSource["change"]) =>
    sources.filter((source) => source.change === change).map((source) => gateLine(shownTitle(source)));
  const [changed, removed] = [titlesOf("changed"), titlesOf("removed")];
  return [
    ...(changed.length > 0 ? [`The source changed since: ${changed.join(", ")}.`] : []),
    ...(removed.length > 0 ? [`The source is no longer there: ${removed.join(", ")}.`] : []),
  ].join(" ");
}

/** Words of Hearth's own as one line that ends as a sentence does. Pure. */
export function sentence(words: string): string {
  const line = gateLine(words);
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

function renderQuote(
  { text, passage }: Quote,
  { allowed, isNumbered }: { readonly allowed: Allowed; readonly isNumbered: boolean },
): string {
  const mark = isNumbered ? `[${passage + 1}]` : "";
  const shown = gateMarkdown(text.trim(), allowed);
  // Behind a fence or a table a mark would belong to it.
  const marked = mark === "" ? shown : `${shown}${/(?:```|\|)$/.test(shown) ? "\n" : " "}${mark}`;
  return marked.replaceAll(/^/gm, "> ");
}

function dayOf({ modifiedAt }: Passage): string | undefined {
  return modifiedAt?.slice(0, 10);
}

function fileOf({ path, lines: [first], page }: Passage): string {
  const unit = /\.pptx$/i.test(path) ? "slide" : "p.";
  return `${shownPath(path)}${first > 0 ? `:${first}` : ""}${page === undefined ? "" : `, ${unit} ${page}`}`;
}

function asCode(text: string): string {
  const inner = gateLine(text).replaceAll("`", "");
  return inner === "" ? "" : `\`${inner}\``;
}
