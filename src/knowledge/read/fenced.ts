/** Text as a fence of code, longer than any fence that stands within it. */
export function fenced(text: string): string {
  let mark = "```";
  for (const [inner] of text.matchAll(/`{3,}/g)) if (inner.length >= mark.length) mark = `${inner}\``;
  return `${mark}\n${text.replace(/^(?:[ \t]*\n)+/, "").trimEnd()}\n${mark}`;
}
