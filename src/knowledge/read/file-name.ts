/** A title for a document that has none: its file's name as words. */
export function titleFromFileName(fileName: string): string {
  const words = fileName
    .replace(/^.*\//, "")
    .replace(/\.[^.]+$/, "")
    .replaceAll(/[-_]+/g, " ")
    .trim();
  return words === "" ? fileName : words.charAt(0).toUpperCase() + words.slice(1);
}
