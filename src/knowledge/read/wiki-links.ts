const LINK = /!?\[\[([^[\]|\n]{1,500}?)(?:\\?\|([^[\]\n]{0,500}))?\]\](?!\()/g;
/** The width of an embedded picture stands where a link has its words. */
const WIDTH = /^\d+(?:x\d+)?$/;

/** Wiki links as their words: `[[Page|shown]]`, `[[Folder/Page#Heading]]`, `![[Page]]`. Not for code. */
export function showWikiLinks(text: string): string {
  if (!text.includes("[[")) return text;
  return text.replaceAll(LINK, (link, target: string, words: string | undefined) => {
    if (/^\s/.test(target)) return link;
    if (words !== undefined && words.trim() !== "" && !WIDTH.test(words.trim())) return words.trim();
    const [page = "", ...headings] = target.split("#").map((step) => step.trim());
    const named = headings.filter((heading) => heading !== "" && !heading.startsWith("^"));
    return [page.replace(/^.*\//, "").replace(/\^[\w-]+$/, ""), ...named].filter((step) => step !== "").join(" > ");
  });
}
