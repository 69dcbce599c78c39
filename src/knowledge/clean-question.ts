/** How platforms write what is no word: people, everybody, emoji; a channel or a link with a name is kept as that name. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/<[@#][!&]?[^<>|\s]*\|([^<>]*)>/g, "$1"],
  [/<(?:https?|mailto):[^<>|\s]*\|([^<>]*)>/g, "$1"],
  [/<(?:[@#][!&]?\w+|![^<>]*|a?:\w+:\d+)>/g, " "],
  [/<((?:https?|mailto):[^<>|\s]*)>/g, "$1"],
  [/(?<!\S):[a-z0-9_+-]+:(?!\S)/g, " "],
];

/** Whom a message is for, when its first words say so: the bot by its name, or everybody. */
const ADDRESSED = String.raw`(?:there|all|everyone|everybody|team|folks|guys|friends|@?hearth|zusammen|a todos|à tous)`;
const GREETING = String.raw`(?:hi|hey|hello|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|hallo|moin|servus|guten (?:morgen|tag|abend)|hola|buen[oa]s (?:días|dias|tardes|noches)|bonjour|bonsoir|salut|ciao|buongiorno|olá|ola|bom dia|hej|hoi|привет|здравствуйте)`;
/** A word with which a question goes on after a greeting without a comma. */
const GOES_ON = String.raw`(?:can|could|would|will|does|do|did|is|are|was|what|whats|what's|how|hows|how's|where|wheres|when|who|whom|why|which|i|im|i'm|we|my|our|any|anyone|quick|just|question|please|pls|if|kannst|können|wie|was|wo|wann|wer|warum|gibt)`;

/** What stands before a question and says nothing about its subject. */
const BEFORE: readonly RegExp[] = [
  /^[\s,.;:!–—-]+/u,
  /^@[\p{L}\p{N}_.-]+[,:;!]*\s+/u,
  new RegExp(String.raw`^${GREETING}(?:\s+${ADDRESSED})?\s*[,.;:!–—\n-]+\s*`, "iu"),
  new RegExp(String.raw`^${GREETING}\s+${ADDRESSED}\s+`, "iu"),
  new RegExp(String.raw`^${GREETING}\s+(?=${GOES_ON}(?![\p{L}\p{N}]))`, "iu"),
  new RegExp(String.raw`^@?hearth\s*[,:;!]+\s*`, "iu"),
  /^(?:can|could|would|will) (?:someone|somebody|anyone|anybody|you|u)(?: (?:please|pls|plz))? (?:tell (?:me|us)|explain(?: to)?(?: (?:me|us))?|remind (?:me|us)|help (?:me|us)(?: understand| with)?)[,:]?\s+/i,
  /^do(?:es)? (?:anyone|anybody|someone|somebody|you|u)(?: here)?(?: happen to)? know[,:]?\s+/i,
  /^(?:i was|i'm|im|i am)?\s*(?:just )?wondering[,:]?\s+/i,
  /^(?:(?:i have|i've got|i got|got) a )?(?:quick|small|dumb|stupid|silly)?\s*question\s*[,.;:!–—-]+\s*/i,
  /^(?:please|pls|plz|tell me|let me know|i (?:want|need|would like) to know|i'd like to know)[,:]?\s+/i,
  /^(?:kannst du|können sie)(?: mir| uns)?(?: bitte)? (?:sagen|erklären)[,:]?\s+/iu,
  /^(?:weiß|weiss) (?:jemand|wer|einer|du|ihr)[,:]?\s+/iu,
];
/** What stands behind it. */
const BEHIND: readonly RegExp[] = [
  /(?<=[?.!,;\n–—-])\s*(?:many thanks|thanks|thank you|thx|ty|tia|cheers|danke|vielen dank|merci|gracias|obrigad[oa]|grazie)(?: (?:in advance|a lot|so much|very much|all|everyone|guys|team|folks|im voraus))?[\s!.:)]*$/iu,
  /[\s,]+(?:please|pls|plz|bitte)(?=[\s!.?]*$)/iu,
];

/**
 * A question without what a chat puts around it: marks of the platform, whom it is for, greetings, "can you tell me", thanks. What
 * may be its subject stays: where nothing else would be left, all of it. Pure.
 */
export function cleanQuestion(text: string): string {
  const plain = MARKS.reduce((left, [mark, name]) => left.replaceAll(mark, name), text).trim();
  const stripped = stripAll(plain);
  return /[\p{L}\p{N}]/u.test(stripped) ? stripped : plain || text;
}

function stripAll(text: string): string {
  let left = text;
  for (let before = ""; before !== left;) {
    before = left;
    for (const pattern of [...BEFORE, ...BEHIND]) left = left.replace(pattern, "");
  }
  return left.replaceAll(/\s+/g, " ").trim();
}
