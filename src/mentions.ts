/** What chats turn into a mention, a channel, a command, an emoji or a time. */
const MARKED = /<(?:(?:[@!#:]|a:|t:|id:)[^<>\n]*|\/[^<>\n]*:\d+)>/gi;
const OPENING = /<(?=[@!#:/]|a:|t:|id:)/gi;
const EVERYBODY = /@(?=(?:everyone|here|channel|group|all)(?![\p{L}\p{N}]))(?!(?<=[\p{L}\p{N}]@)\p{L}+\.\p{L})/giu;

/** Text in which a chat finds no mention, neither of everybody nor of anybody by number, and no command and no time of its own. Pure. */
export function withoutMentions(text: string): string {
  const less = text
    .replaceAll(MARKED, (mark) => mark.slice(1, -1).replace(/^!|\|.*$/g, ""))
    .replaceAll(EVERYBODY, "@ ");
  // What was taken out may have stood between the beginning of another and its end.
  return less.search(MARKED) === -1 ? less : less.replaceAll(OPENING, "< ");
}
