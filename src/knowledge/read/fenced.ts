/** Text as a fence of code, longer than any fence that stands within it; `language` is named behind its mark. */
export function fenced(text: string, { language = "" }: { readonly language?: string } = {}): string {
  let mark = "```";
  for (const [inner] of text.matchAll(/`{3,}/g)) if (inner.length >= mark.length) mark = `${inner}\``;
  return `${mark}${language}\n${text.replace(/^(?:[ \t]*\n)+/, "").trimEnd()}\n${mark}`;
}
