/** What Notion puts behind the names of what it exports: an id, and `_all` behind that of a whole table. */
const NOTION_ID = /\s[0-9a-f]{32}(?:_all)?(?=\.[^./]+$|\/|$)/gi;

/** A title for a document that has none: its file's name as words. */
export function titleFromFileName(fileName: string): string {
  const words = withoutNotionIds(fileName)
    .replace(/^.*\//, "")
    .replace(/\.[^.]+$/, "")
    .replaceAll(/[-_]+/g, " ")
    .trim();
  return words === "" ? fileName : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether Notion gave a file its name. */
export function isNotionName(fileName: string): boolean {
  return withoutNotionIds(fileName.replace(/^.*\//s, "")) !== fileName.replace(/^.*\//s, "");
}

/** A path without the ids in it that Notion gave. */
export function withoutNotionIds(path: string): string {
  return path.replaceAll(NOTION_ID, "");
}
