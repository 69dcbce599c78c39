/** How chats write mentions of people, roles, channels and groups (Discord, Slack), and names behind an @. */
const MENTION = /<(?:[@#!]|@!|@&)[^<>\s]*>|(?<![\w.])@[\p{L}\p{N}_.-]+/gu;
/** What people say before they ask. */
const GREETING =
  /^[\s,.!:;-]*(?:(?:hi|hey|hello|hiya|howdy|good (?:morning|afternoon|evening)|hallo|guten (?:morgen|tag)|hola|salut|bonjour|ciao)(?: (?:there|all|everyone|everybody|team|folks|guys|zusammen|todos))?)(?=[\s,.!:;-]|$)[\s,.!:;-]*/iu;

/** A question without whom it is addressed to and without the greeting before it; as it was where nothing else is in it. Pure. */
export function cleanQuestion(text: string): string {
  const cleaned = text.replaceAll(MENTION, " ").replace(GREETING, "").replaceAll(/\s+/g, " ").trim();
  return cleaned === "" ? text.trim() : cleaned;
}
