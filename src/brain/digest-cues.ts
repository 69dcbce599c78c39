import { nameOf } from "../memory/talk.ts";

/** What a message is for a digest. */
export type DigestKind = "topic" | "decision" | "action" | "question" | "link";

// Words of several languages in which people settle things, or take them on. None of them is needed: they only tell which of the
// messages that say much, and are spoken about, are put first, and into which section.
const DECIDES = words(String.raw`
  agree agreed agreement decide decided decision approve approved accept accepted reject rejected consensus settled result
  defer deferred postpone postponed wontfix won['’]?t\s+fix
  beschlossen beschluss entschieden entscheidung geeinigt einverstanden vereinbart genehmigt abgelehnt vertagt
  décidé décidons décision d['’]accord convenu approuvé accepté refusé reporté decidido decidimos decisión acordado acordamos aprobado
  aceptado rechazado aplazado decisão combinado aprovado recusado adiado deciso decisione approvato rinviato
  besloten besluit afgesproken goedgekeurd решили решено решение договорились согласны утвердили отклонили отложили
  вирішили домовились uzgodniono ustalono zdecydowano postanowiono`);
/** How things stand now: less than a decision, more than talk. */
const STANDS = words(String.raw`
  final finally passed drop dropped resolved fixed merged released deprecated no\s+longer done finished broken
  erledigt behoben fertig kaputt veraltet veröffentlicht réglé corrigé terminé publié resuelto arreglado terminado publicado resolvido
  corrigido risolto finito opgelost klaar исправлено готово сломалось сделано вышло`);
const COMMITS = words(String.raw`
  i['’]ll i\s+will we['’]ll i\s+am\s+going\s+to i['’]m\s+going\s+to i\s+plan\s+to i['’]m\s+planning\s+to i\s+need\s+to will\s+do todo to-do
  can\s+you could\s+you please ich\s+werde ich\s+kümmere ich\s+mache ich\s+übernehme kannst\s+du könntest\s+du bitte
  je\s+vais je\s+m['’]en\s+occupe peux-tu pourrais-tu me\s+encargo voy\s+a puedes podrías vou você\s+pode me\s+ne\s+occupo farò puoi
  potresti ik\s+zal ik\s+ga kun\s+je я\s+сделаю сделаю займусь возьму можешь зроблю zrobię zajmę\s+się możesz`);
/** What is to be done, with nobody who does it. */
const NEEDS = words(String.raw`
  action assigned take\s+care working\s+on going\s+to plan\s+to planning need\s+to needs\s+to should muss\s+noch il\s+faut hay\s+que preciso
  надо нужно trzeba`);
/** Scripts without spaces, where a word has no end to be looked for. */
const DECIDES_UNSPACED = /決定|決め(?:まし)?た|決まり|合意|了承|承認|却下|决定|同意|通过|批准|결정|합의|승인/;
const ACTS_UNSPACED = /(?:やり|対応し|確認し|し)ます|お願いします|担当|我来|我会|请|負責|负责|需要|하겠습니다|부탁/;
/** What people and meeting bots put in front: "[action]", "TODO:", "# AGREED". */
const TAG = /^\s*(?:\[(\p{L}[\p{L} ]{2,14})\]|#\s?(\p{L}{3,15})\b|(\p{Lu}{4,15})\b:?)\s*/u;
const DECISION_TAG = /agree|decision|decided|beschluss|décision|decisión|approved/i;
const ACTION_TAG = /action|todo|task|aufgabe|tâche|tarea/i;

function words(list: string): RegExp {
  const all = list.trim().split(/\s+/).join("|");
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${all})(?![\\p{L}\\p{N}])`, "iu");
}

/** "ann and bob to order chairs", as minutes are written; only so far in, since its time grows with the square of the length. */
const ASSIGNS = /^[\s\-*#•]*((?:[^\s,]+(?:\s*,\s*|\s+(?:and|und|et|y|e|и)\s+)){0,3}[^\s,]+?):?\s+to\s+\p{L}/iu;
const ASSIGNED_WITHIN = 200;

/** Names, as they are compared, to which a text in the form of minutes gives work; words that are no names among them. Pure. */
export function assignedIn(text: string): string[] {
  return (ASSIGNS.exec(withoutTag(text).slice(0, ASSIGNED_WITHIN))?.[1] ?? "")
    .split(/\s*,\s*|\s+/)
    .map(nameOf)
    .filter((name) => name !== "");
}

/** What the words of a message show, whatever it is about. */
export interface Cues {
  readonly isDecision: boolean;
  readonly isAction: boolean;
  /** Says how things stand, or that something has to be done. */
  readonly isStatus: boolean;
  readonly isQuestion: boolean;
  /** Marked as a decision or an action by whoever wrote it. */
  readonly isTagged: boolean;
  readonly hasLink: boolean;
  readonly hasNumber: boolean;
  readonly hasCode: boolean;
}

const ASKS_WITHIN = 40;

/** Whether a text ends by asking. Looks at its end alone, so that a long run of question marks costs nothing. Pure. */
export function endsAsking(text: string): boolean {
  return /[?？؟]\W*$/u.test(text.slice(-ASKS_WITHIN));
}

export const URLS = /https?:\/\/[^\s<>()]*[^\s<>().,;:!?'"]/g;

/** Reads the cues of one message's text. Pure. */
export function cuesOf(text: string): Cues {
  const plain = text.replaceAll(URLS, " ");
  const tag = tagOf(text);
  const isQuestion = endsAsking(plain);
  return {
    isDecision: !isQuestion && (DECISION_TAG.test(tag) || DECIDES.test(plain) || DECIDES_UNSPACED.test(plain)),
    isAction: ACTION_TAG.test(tag) || COMMITS.test(plain) || ACTS_UNSPACED.test(plain),
    isStatus: STANDS.test(plain) || NEEDS.test(plain),
    isQuestion,
    isTagged: DECISION_TAG.test(tag) || ACTION_TAG.test(tag),
    hasLink: text.search(URLS) >= 0,
    hasNumber: /\p{Nd}{2,}|\p{Nd}[.,]\p{Nd}/u.test(plain),
    hasCode: /`|::|[\p{L}\p{N}]_[\p{L}\p{N}]|[\p{L}\p{N}]\(\)/u.test(plain),
  };
}

function tagOf(text: string): string {
  const [, bracketed, hashed, capitals] = TAG.exec(text) ?? [];
  return bracketed ?? hashed ?? capitals ?? "";
}

/** The text without the mark in front that its section says as well. */
export function withoutTag(text: string): string {
  const tag = tagOf(text);
  return DECISION_TAG.test(tag) || ACTION_TAG.test(tag) ? text.replace(TAG, "") : text;
}

/** The section that a message belongs to. "Approved, and I will publish it" is a decision: whoever takes it on is named in it. */
export function kindOf(
  cues: Cues,
  { text, isAnswered }: { readonly text: string; readonly isAnswered: boolean },
): DigestKind {
  if (ACTION_TAG.test(tagOf(text))) return "action";
  if (cues.isDecision) return "decision";
  if (cues.isQuestion && !cues.isAction) return isAnswered ? "topic" : "question";
  if (cues.isAction) return "action";
  return cues.hasLink ? "link" : "topic";
}
