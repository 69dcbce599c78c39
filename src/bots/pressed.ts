/** What somebody asked for by pressing a button. */
export type Pressed =
  | { readonly kind: "stop"; readonly job: string }
  | { readonly kind: "up" | "down" | "unrate" | "why" | "human"; readonly answerId: string }
  | { readonly kind: "share"; readonly words: string };

const FORM = /^h1:(stop|up|down|unrate|why|human|share):(.+)$/s;

/** Reads a button's id, "h1:<kind>:<what>"; undefined for what Hearth did not make. */
export function readCustomId(customId: string): Pressed | undefined {
  const [, kind, what = ""] = FORM.exec(customId) ?? [];
  if (kind === "stop") return /^[a-z0-9]{1,20}$/i.test(what) ? { kind, job: what } : undefined;
  if (kind === "share") return { kind, words: what };
  if (!isOfAnswer(kind) || !/^[\w-]{1,64}$/.test(what)) return undefined;
  return { kind, answerId: what };
}

function isOfAnswer(kind: string | undefined): kind is "up" | "down" | "unrate" | "why" | "human" {
  return kind !== undefined && ["up", "down", "unrate", "why", "human"].includes(kind);
}

/** The id of the button that posts what was found for words. */
export function shareId(words: string): string {
  return `h1:share:${words}`;
}

/** The id of the button that takes a rating back. */
export function unrateId(answerId: string): string {
  return `h1:unrate:${answerId}`;
}
