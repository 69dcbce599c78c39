import type { TalkMessage } from "../chat.ts";
import { wordsOf } from "../words/words.ts";
import type { Digested, DigestedGroup, DigestedLine } from "./channel-brain.ts";
import { linesOf } from "./digest-units.ts";
import type { Digest, DigestGroup, DigestLine } from "./digest.ts";

/** A digest's sections as they are given out: with the messages' links, and topics named by words of the lines that are shown alone. Pure. */
export function toDigestedGroups(
  { groups }: Pick<Digest, "groups">,
  messages: readonly TalkMessage[],
): DigestedGroup[] {
  const urls = new Map(messages.map(({ id, url }) => [id, url]));
  const toSource = (id: string) => {
    const url = urls.get(id);
    return { id, ...(url !== undefined && { url }) };
  };
  const toLine = ({ ids: [first, ...rest], ...line }: DigestLine): DigestedLine => ({
    ...line,
    sources: [toSource(first), ...rest.map(toSource)],
  });
  return groups.map(({ lines: [first, ...rest], ...group }: DigestGroup) =>
    named({ ...group, lines: [toLine(first), ...rest.map(toLine)] }),
  );
}

/** The messages that a digest's lines are taken from. Pure. */
export function messagesIn({ groups }: Pick<Digested, "groups">): ReadonlySet<string> {
  return new Set(groups.flatMap(({ lines }) => lines.flatMap(({ sources }) => sources.map(({ id }) => id))));
}

/** How many lines a digest has. Pure. */
export function linesIn({ groups }: Pick<Digested, "groups">): number {
  return groups.reduce((sum, { lines }) => sum + lines.length, 0);
}

/**
 * A digest without what deleted messages said: a person's line goes with their message, a model's with any message that carries it;
 * a deleted message that only said the same is no longer named. Pure.
 */
export function withoutMessages(digested: Digested, gone: ReadonlySet<string>): Digested {
  return keepLines(digested, (line) => {
    const left = line.sources.filter(({ id }) => !gone.has(id));
    const [first, ...rest] = left;
    if (left.length === line.sources.length) return line;
    if (line.author === undefined || first === undefined || first !== line.sources[0]) return undefined;
    return { ...line, sources: [first, ...rest] };
  });
}

/** A digest without the lines that an edited message no longer has: what is only part of one now may say the opposite. Pure. */
export function afterEdit(digested: Digested, { id, text }: { readonly id: string; readonly text: string }): Digested {
  const now = new Set(linesOf(text));
  return keepLines(digested, (line) => {
    if (line.sources.every((source) => source.id !== id)) return line;
    if (line.author === undefined) return undefined;
    if (line.sources[0].id !== id) return withoutSource(line, id);
    return now.has(line.text) ? line : undefined;
  });
}

function withoutSource(line: DigestedLine, id: string): DigestedLine {
  const [first, ...rest] = line.sources;
  return { ...line, sources: [first, ...rest.filter((source) => source.id !== id)] };
}

function keepLines(digested: Digested, keep: (line: DigestedLine) => DigestedLine | undefined): Digested {
  const groups = digested.groups.flatMap((group) => {
    const [first, ...rest] = group.lines.flatMap((line) => keep(line) ?? []);
    return first ? [named({ ...group, lines: [first, ...rest] })] : [];
  });
  return { ...digested, groups };
}

/** Names a group by those words of its title that its lines have: what is not shown must not be told by a title, nor outlive its message. */
function named({ title = "", ...group }: DigestedGroup): DigestedGroup {
  const held = new Set(group.lines.flatMap(({ text }) => wordsOf(text).map(({ stem }) => stem)));
  const words = title.split(", ").filter((word) => wordsOf(word).some(({ stem }) => held.has(stem)));
  return { ...group, ...(words.length > 0 && { title: words.join(", ") }) };
}
