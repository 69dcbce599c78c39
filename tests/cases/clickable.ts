/** Hosts that Slack makes links of without a scheme end in one of these; a longer list would only be stricter. */
const SUFFIXES = "com|net|org|io|dev|app|co|me|info|biz|ai|example|eu|de|uk|fr|us|ca|gov|edu|xyz|link|click|zip|mov";
const WITH_SCHEME = /\b(https?|discord|mailto|ftp|slack):(?:\/\/)?([^\s<>"'`)\]|]+)/giu;
const BARE = new RegExp(`(?<![\\w@./-])((?:[\\w-]+\\.)+(?:${SUFFIXES}))(?![\\w-])`, "giu");

/**
 * The hosts that a chat client would make links to in a text: everything with a scheme, links in Markdown and in Slack's own form, and
 * hosts without a scheme where `bare` (Slack; on Discord nothing but an address with a scheme is a link). What stands as code is no
 * link. Written for the cases alone, and shares nothing with what it judges.
 */
export function clickableHosts(text: string, { bare }: { readonly bare: boolean }): string[] {
  const open = withoutCode(text);
  const addressed = [...open.matchAll(WITH_SCHEME)].flatMap(([address]) => hostOf(address));
  const named = bare ? [...open.matchAll(BARE)].map(([, host = ""]) => host.toLowerCase()) : [];
  return [...new Set([...addressed, ...named])];
}

/** The text as a careless client might normalise it before it looks for links: compatible forms, and nothing that is not seen. */
export function normalised(text: string): string {
  return text.normalize("NFKC").replaceAll(/\p{Default_Ignorable_Code_Point}|\p{Cf}/gu, "");
}

function withoutCode(text: string): string {
  return text.replaceAll(/(`{3,})[\s\S]*?(?:\1|$)/g, " ").replaceAll(/(`+)(?!`)[^`\n]+?\1(?!`)/g, " ");
}

function hostOf(address: string): string[] {
  const url = URL.parse(address.replace(/[.,;:!?]+$/, ""));
  if (!url) return [];
  const host = url.hostname === "" ? (url.pathname.split("@")[1] ?? "") : url.hostname;
  return host === "" ? [] : [host.toLowerCase()];
}
