import type { ChatMessage } from "../chat.ts";
import { dateWordsIn } from "../memory/dates.ts";
import { nameOf } from "../memory/talk.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { claimWordsOf } from "./cite-words.ts";
import { URLS } from "./digest-cues.ts";

/** Whether messages carry a line that a model wrote about them; else the first thing that they do not have. */
export type LineVerdict =
  | { readonly kind: "carried" }
  | {
      readonly kind: "dropped";
      readonly why: "no message" | "link" | "number" | "date" | "name" | "negation" | "words";
    };

/** So large a share of a line's words has to stand in its messages; the others may be the model's own. */
const SHARE = 0.6;
/** Words that turn a statement round, in several languages: none may come that its messages do not have, nor may all go. */
const NEGATIONS =
  /(?<![\p{L}\p{N}])(?:not|no|never|none|nobody|nothing|without|cannot|\p{L}+n['’]t|wontfix|nicht|kein\p{L}*|nie|niemand|nichts|ohne|ne|n['’]|pas|jamais|personne|rien|sans|nunca|nadie|nada|sin|não|nem|ninguém|sem|non|mai|nessuno|niente|senza|niet|geen|nooit|не|нет|ни|никто|ничего|никогда|без|nie|nikt|nic|bez)(?![\p{L}\p{N}])|ない|ません|ず|不|没|無|无|않|없|못/giu;
/** Ways to say "not". */
const NOT = /n['’]t$|^(?:not|no|cannot|n['’]|ne|pas|nicht|не|нет|ни)$/iu;
/** Whom a line says that it is by: "ann: …". */
const SPEAKER = /^\s*@?([\p{L}\p{N}_.|-]{1,40}):\s/u;

/**
 * Checks lines of a digest against the messages that they name: every link, number, name and date of a line has to stand in them, what
 * they deny may not be affirmed, and most of its words have to be theirs. It says what is not carried, not that a line is true. Pure.
 */
export function createLineCheck(messages: readonly ChatMessage[]): {
  readonly check: (line: string, ids: readonly string[]) => LineVerdict;
} {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const people = new Set(messages.map(({ author }) => nameOf(author.name)));
  return {
    check(line, ids) {
      const named = ids.map((id) => byId.get(id));
      const carriers = named.filter((message) => message !== undefined);
      if (carriers.length === 0 || carriers.length < named.length) return { kind: "dropped", why: "no message" };
      const why = lacking(line, { carriers, people });
      return why === undefined ? { kind: "carried" } : { kind: "dropped", why };
    },
  };
}

interface Given {
  readonly carriers: readonly ChatMessage[];
  readonly people: ReadonlySet<string>;
}

function lacking(
  line: string,
  { carriers, people }: Given,
): Exclude<LineVerdict, { kind: "carried" }>["why"] | undefined {
  const text = carriers.map((message) => `${message.author.name}: ${message.text}`).join("\n");
  const lower = text.toLowerCase();
  if ((line.match(URLS) ?? []).some((link) => !text.includes(link))) return "link";
  const plain = line.replaceAll(URLS, " ");
  const claims = claimWordsOf(plain);
  const keys = new Set(claimWordsOf(text).map(({ key }) => key.toLowerCase()));
  const stands = ({ key, surface }: { readonly key: string; readonly surface: string }) =>
    keys.has(key.toLowerCase()) || standsAlone(surface.toLowerCase(), lower);
  if (claims.some((claim) => claim.kind === "number" && !keys.has(claim.key))) return "number";
  const [{ sentAt } = { sentAt: "" }] = carriers;
  const dates = dateWordsIn(plain, { now: Date.parse(sentAt) });
  if (dates.some((date) => !lower.includes(date.toLowerCase()))) return "date";
  const stems = wordsOf(plain);
  const held = new Set(wordsOf(text).map(({ stem }) => stem));
  const unknown = claims.find((claim) => claim.kind === "exact" && !stands(claim));
  if (unknown) return /\p{Nd}/u.test(unknown.key) ? "number" : "name";
  if (stems.some(({ word, stem }) => people.has(word) && !held.has(stem) && !isFunctionWord(stem))) return "name";
  const speaker = SPEAKER.exec(plain)?.[1];
  if (speaker !== undefined && !isAmong(speaker, carriers) && isPerson(speaker, { people, lower })) return "name";
  const own = negationsIn(plain);
  const said = negationsIn(carriers.map((message) => message.text).join("\n"));
  if (!own.isSubsetOf(said) || (own.size === 0 && said.size > 0)) return "negation";
  const telling = stems.filter(({ stem }) => !isFunctionWord(stem));
  const carried = telling.filter(({ stem }) => held.has(stem)).length;
  return telling.length === 0 || carried / telling.length < SHARE ? "words" : undefined;
}

/** The words by which a text denies something; all ways to say "not" count as one. */
function negationsIn(text: string): ReadonlySet<string> {
  const words = [...text.matchAll(NEGATIONS)].map(([word]) => word.toLowerCase());
  return new Set(words.map((word) => (NOT.test(word) ? "not" : word)));
}

/** Whether a word in front of a colon names somebody: who speaks here, or nobody of whom the messages say anything. */
function isPerson(
  word: string,
  { people, lower }: { readonly people: Given["people"]; readonly lower: string },
): boolean {
  return people.has(nameOf(word)) || !standsAlone(word.toLowerCase(), lower);
}

function isAmong(name: string, messages: readonly ChatMessage[]): boolean {
  return messages.some(({ author }) => nameOf(author.name) === nameOf(name));
}

/** Whether a word stands in a text, not as a part of another. */
function standsAlone(word: string, text: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const isPart = [text[at - 1], text[at + word.length]].some(
      (beside) => beside !== undefined && /[\p{L}\p{N}]/u.test(beside),
    );
    if (!isPart) return true;
  }
  return false;
}
