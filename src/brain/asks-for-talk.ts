import { spanIn } from "../memory/dates.ts";
import { nameOf } from "../memory/talk.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";

const SAID = String.raw`say|said|tell|told|mention(?:ed)?|decid(?:e|ed)|agree(?:d)?|discuss(?:ed)?|talk(?:ed)?(?:\s+about)?|suggest(?:ed)?|propos(?:e|ed)|promis(?:e|ed)|ask(?:ed)?|post(?:ed)?|shar(?:e|ed)|writ(?:e|ten)|wrote|vot(?:e|ed)|conclud(?:e|ed)|settl(?:e|ed)|announc(?:e|ed)|report(?:ed)?|recommend(?:ed)?|want(?:ed)?|volunteer(?:ed)?|offer(?:ed)?`;
const PEOPLE = String.raw`we|i|you|they|he|she|anyone|anybody|someone|somebody|everyone|\p{L}[\p{L}\p{N}_.-]*`;

/** How people ask for what was said or settled, in several languages. */
const ASKS: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:did|have|has|had)\s+(?:${PEOPLE})\s+(?:\p{L}+ly\s+|ever\s+|already\s+|just\s+)?(?:${SAID})\b`,
    "iu",
  ),
  new RegExp(
    String.raw`\bwho\s+(?:\p{L}+ly\s+|had\s+|has\s+|was\s+going\s+to\s+|volunteered\s+to\s+|offered\s+to\s+)?(?:${SAID}|take|taking|test(?:ing)?)\b`,
    "iu",
  ),
  new RegExp(String.raw`\bwho\s+(?:was|is|were)\s+(?:going\s+to|supposed\s+to|meant\s+to)\b`, "iu"),
  /\b(?:was|were|been|got|is)\s+(?:\p{L}+ly\s+)?(?:decided|agreed|discussed|mentioned|suggested|proposed|said|settled|announced|voted)\b/iu,
  /\b(?:our|the|any)\s+(?:decision|discussion|conversation|agreement|conclusion|consensus|vote|outcome)\b/iu,
  /\bwhat\s+(?:was|were|is)\s+(?:the\s+)?(?:decision|conclusion|outcome|consensus|plan)\b/iu,
  /\b(?:haben|hatten|hat)\s+(?:wir|\p{L}+)\s.*(?:beschlossen|entschieden|gesagt|besprochen|vereinbart|geeinigt)|\bwer\s+(?:hat|wollte)\b|\bwurde\s.*(?:beschlossen|entschieden|gesagt|besprochen|vereinbart)/iu,
  /\b(?:avons-nous|a-t-on|on\s+a|nous\s+avons)\s.*(?:décidé|dit|discuté|convenu)|\bqui\s+a\s+(?:dit|proposé|demandé|parlé)\b/iu,
  /(?<![\p{L}])(?:decidimos|acordamos|hablamos|qui[eé]n\s+(?:dijo|propuso|quería|pidió)|se\s+decidi[oó]|decidiu|combinamos|quem\s+(?:disse|falou|pediu))(?![\p{L}])/iu,
  /\b(?:abbiamo|si\s+è)\s+(?:deciso|detto|discusso)\b|\bchi\s+ha\s+(?:detto|proposto|chiesto)\b|\b(?:hebben\s+we)\s.*(?:besloten|afgesproken|gezegd|besproken)|\bwie\s+(?:zei|heeft)\b/iu,
  /(?<![\p{L}])(?:мы\s+(?:решили|договорились|обсуждали)|кто\s+(?:сказал|говорил|предложил|обещал)|что\s+(?:решили|сказал\p{L}*)|ми\s+вирішили|хто\s+сказав|kto\s+(?:powiedział|mówił)|co\s+(?:ustaliliśmy|zdecydowaliśmy))(?![\p{L}])/iu,
  /誰が(?:言|話|提案)|(?:決め|決定し|話し合)(?:ました|った|た)|谁说|(?:我们|咱们).*(?:决定|说过|讨论)|누가\s*(?:말|제안)|결정했|합의했/u,
];

/** What asks about the past, in several languages: with a day or a week it is about what went on here. */
const PAST =
  /(?<![\p{L}])(?:did|was|were|had|happened|who|war|waren|hatte|hatten|hat|haben|wer|était|étaient|avait|avons|qui|fue|hubo|hemos|quién|foi|quem|era|abbiamo|chi|hadden|hebben|был|была|было|были|кто|було|хто|był|było|kto)(?![\p{L}])|ました|した|昨天|谁|누가/iu;
/** A word of a name that is shorter is mostly something else. */
const SHORTEST_NAME = 3;

/**
 * Whether a question asks for what was said, rather than for what is written: who said what, what was decided, what went on on a day,
 * or what somebody did who speaks there. `speakers` are the names of those whose messages fit it. Pure.
 */
export function asksForTalk(
  text: string,
  { now, speakers }: { readonly now: number; readonly speakers: readonly string[] },
): boolean {
  if (ASKS.some((pattern) => pattern.test(text))) return true;
  if (PAST.test(text) && spanIn(text, { now }) !== undefined) return true;
  const words = wordsOf(text).filter(({ stem }) => !isFunctionWord(stem));
  const named = new Set(words.map(({ word }) => nameOf(word.replace(/['’]s$/, ""))));
  return speakers.some((speaker) => partsOf(speaker).some((name) => named.has(name)));
}

/** A name as it is compared, and its parts. */
function partsOf(speaker: string): string[] {
  const name = nameOf(speaker);
  return [name, ...name.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length >= SHORTEST_NAME);
}
