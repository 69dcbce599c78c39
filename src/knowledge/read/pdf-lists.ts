/** What begins an item of a list: signs, also those of symbol fonts, numbers and letters. */
const BULLET = /^[•◦▪▫‣·●○■□◆◇►▶➢➤✓✔\u2043\uF000-\uF0FF–—*o-]$/;
const NUMBER = /^\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]$/;

/** Whether some text is only a list's mark. */
export function isMark(text: string): boolean {
  return BULLET.test(text) || NUMBER.test(text);
}

/** A line's mark and what stands behind it; undefined where it begins no item. */
export function splitMark(line: string): { readonly mark: string; readonly text: string } | undefined {
  const [, mark = "", text = ""] = /^(\S+)\s+(\S.*)$/s.exec(line) ?? [];
  if (BULLET.test(mark)) return { mark: "-", text };
  return NUMBER.test(mark) ? { mark: mark.replace(/^\((\w+)\)$/, "$1)"), text } : undefined;
}
