import { withoutMentions } from "../mentions.ts";
import { withoutUnseen } from "../unseen.ts";
import { isAllowed, isMadeUp, looksLikeAddress, withoutScheme, type Allowed } from "./addresses.ts";
import { blocksOf } from "./split-blocks.ts";

/** What looks like a secret of the platforms: Slack's tokens, and three parts of base64url as bots of Discord have them. */
const SECRET =
  /(?<![\w-])(?:xox[a-z](?:\.xox[a-z])?|xapp)-[\w-]*|(?<![\w.-])[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,60}(?![\w-])/gi;
const SECRET_WITHIN = /xox[abeoprs]-|xapp-/gi;
/** In order: a picture or link, where a link of another place leads to, something in angle brackets, an address, a word. */
const CONSTRUCT =
  /(?<picture>!?)\[(?<words>[^[\]\n]{0,1000})\]\([ \t]*<?(?<address>[^\s<>()]{0,2000}(?:\([^\s<>()]{0,200}\)[^\s<>()]{0,200})?)>?(?:[ \t]+["'(][^"\n]{0,500})?\)|^[ \t]{0,3}\[(?<name>[^[\]\n]{1,200})\]:[ \t]*(?=\S)|<(?<inner>[^<>\n]{1,2000})>|(?<bare>https?:\/\/[^\s<>`"“”|]+)|(?<word>[^\s<>`"“”|()[\]{}]+)/gimu;
const ADDRESS = /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/|www\.|mailto:|tel:)/i;
const TAG = /^(?:\/?[a-z][^\n]*|!--[^\n]*|[!?][^\n]*)$/i;
/** Stands in place of an address that a model made up. */
const REMOVED = "link removed";
const PUNCTUATION = /[.,;:!?)\]}'*_~…]+$/;
const OPENING = /^['*_~]+/;
const OPENING_ANGLE = /<(?=[/a-z!?@#&:])/gi;
const INLINE_CODE = /(?<!`)`(?!`)([^`\n]+)`(?!`)/g;

/**
 * Markdown as it may go to a platform: nothing unseen, no mention, picture, HTML or secret; a link only where it is allowed, any other
 * address as code without its scheme. Fences are those that every client knows. What has been through it stays as it is. Pure.
 */
export function gateMarkdown(text: string, allowed: Allowed): string {
  // Three of them make a quote of all that follows.
  const plain = withoutSecrets(withoutUnseen(text)).replaceAll(/^[ \t]*>{3,}/gm, ">");
  const gated = blocksOf(plain).map((block, place) => {
    const gap = place === 0 ? "" : block.gap;
    return gap + (block.kind === "fence" ? gateFence(block.text, allowed) : gateInline(block.text, allowed));
  });
  return withoutMentions(gated.join(""));
}

/** The same for what stands on one line, such as a title or a file's name: no line break, no mark of a block, no brackets of a link. Pure. */
export function gateLine(text: string, allowed: Allowed = { hosts: [], urls: [] }): string {
  const line = withoutSecrets(withoutUnseen(text)).replaceAll(/\s+/g, " ").trim();
  const plain = line
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replace(/^(?:(?:#{1,6}|-#|[-*+]|>+|\d{1,9}[.)]) )+/, "");
  return withoutMentions(gateInline(plain.replaceAll("`", ""), allowed));
}

/** A link to where a passage can be read, or its words alone where that is no link. Pure. */
export function gateLink(words: string, url: string | undefined): string {
  const shown = gateLine(words);
  const href = url === undefined ? undefined : URL.parse(url)?.href.replaceAll(/['()]/g, percentEncoded);
  if (href === undefined || !isAllowed(href, { hosts: [], urls: [href] })) return shown;
  // Code within a link is shown as it is typed.
  return `[${shown.replaceAll("`", "")}](${href})`;
}

/** Brackets would end a link's address, and quotation marks begin its title. */
function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function gateFence(text: string, allowed: Allowed): string {
  const lines = text.split("\n");
  const [, prefix = "", info = ""] = /^((?:[ \t]*>){0,5}[ \t]*)[`~]+[ \t]*([\w+#.-]{0,20})/.exec(lines[0] ?? "") ?? [];
  const inner = gateCode(lines.slice(1, -1).join("\n"), allowed).replaceAll(/`{3,}|~{3,}/g, "");
  return [`${prefix}\`\`\`${info}`, ...(lines.length > 2 ? [inner] : []), `${prefix}\`\`\``].join("\n");
}

/** Nobody makes a link of code, but who looks for addresses finds them there too. */
function gateCode(text: string, allowed: Allowed): string {
  return text.replaceAll(/[^\s<>"'`|]+/g, (word) => {
    const plain = word.normalize("NFKC");
    if (looksLikeAddress(plain) && isMadeUp(plain.replace(PUNCTUATION, ""), allowed)) return REMOVED;
    if (!plain.includes("://")) return word;
    const start = plain.search(/https:\/\//i);
    const address = start === -1 ? plain : plain.slice(start).replace(PUNCTUATION, "");
    return isAllowed(address, allowed) && !plain.slice(0, start).includes("://") ? plain : withoutScheme(plain);
  });
}

function gateInline(text: string, allowed: Allowed): string {
  const parts = text
    .replaceAll(/(?<!\\)\\+`/g, "`")
    .replaceAll(/`{2,}/g, "")
    .split(INLINE_CODE);
  const gated = parts.map((part, place) =>
    place % 2 === 1
      ? code(gateCode(part, allowed))
      : part
          .replaceAll("`", "")
          .replaceAll(CONSTRUCT, (whole, ...rest) => gateConstruct(whole, groupsOf(rest), allowed)),
  );
  const joined = gated.join("").replaceAll(/``/g, "` `").split(INLINE_CODE);
  // What was taken out may have left the beginning of something before its end.
  return joined.map((part, place) => (place % 2 === 1 ? code(part) : part.replaceAll(OPENING_ANGLE, "< "))).join("");
}

type Groups = Readonly<Partial<Record<"picture" | "words" | "address" | "name" | "inner" | "bare" | "word", string>>>;

function groupsOf(rest: readonly unknown[]): Groups {
  const groups: Groups = Object(rest.at(-1));
  return groups;
}

function gateConstruct(whole: string, groups: Groups, allowed: Allowed): string {
  const { picture, words, address, name, inner, bare, word } = groups;
  if (words !== undefined && address !== undefined) {
    const shown = gateInline(words, allowed);
    if (picture === "!") return shown;
    if (isAllowed(address, allowed)) return `[${shown.replaceAll("`", "")}](${address})`;
    if (address === "" || isMadeUp(address, allowed)) return shown;
    return `${shown} (${code(withoutScheme(address).replaceAll("`", ""))})`;
  }
  if (name !== undefined) return `${gateInline(name, allowed)}: `;
  if (inner !== undefined) return gateAngle(inner, allowed);
  return gateWord(bare ?? word ?? whole, allowed);
}

function gateAngle(inner: string, allowed: Allowed): string {
  // Slack's way to write a link has its words behind a bar; what it shows is then not where it leads.
  if (ADDRESS.test(inner)) return gateWord(inner.replace(/\|.*$/, ""), allowed);
  if (/^(?:[@#:]|![^-]|(?:a|t|id):|\/[^:]*:\d)/i.test(inner)) {
    return gateInline(withoutMentions(`<${inner}>`).replaceAll(/[<>`]/g, ""), allowed);
  }
  if (TAG.test(inner)) return code(gateCode(`<${inner}>`.replaceAll("`", ""), allowed));
  return `<${gateInline(inner, allowed)}>`;
}

function gateWord(given: string, allowed: Allowed): string {
  const plain = given.normalize("NFKC");
  const word = looksLikeAddress(plain) ? plain : given;
  const [open = ""] = OPENING.exec(word) ?? [];
  const bare = word.slice(open.length).replace(PUNCTUATION, "");
  if (!looksLikeAddress(bare) || isAllowed(bare, allowed)) return word;
  const shown = isMadeUp(bare, allowed) ? `[${REMOVED}]` : code(withoutScheme(bare));
  return open + shown + word.slice(open.length + bare.length);
}

function code(text: string): string {
  const inner = text.trim();
  return inner === "" ? "" : `\`${inner}\``;
}

function withoutSecrets(text: string): string {
  return text.replaceAll(SECRET, "[removed]").replaceAll(SECRET_WITHIN, "[removed]");
}
