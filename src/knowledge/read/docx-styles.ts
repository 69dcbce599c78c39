import { childAt, childrenOf, relationsOf, type OfficeFile } from "./office.ts";

interface Style {
  readonly name: string;
  readonly basedOn: string;
  /** 0 for the highest headings; 9 for text. */
  readonly outline: string | undefined;
}

/** Styles are based on one another no deeper. */
const DEEPEST = 20;

/** What the library is told of a company's own styles that are headings: those with a level in the outline, or based on one. */
export async function headingStyles(file: OfficeFile, main: string): Promise<readonly string[]> {
  const path = [...(await relationsOf(file, main)).values()].find(({ kind }) => kind === "styles")?.path;
  const root = path === undefined ? undefined : await file.xml(path);
  const styles = new Map(
    childrenOf(root, "style")
      .filter(({ attribs }) => attribs["w:type"] === "paragraph")
      .map((style): [string, Style] => [
        style.attribs["w:styleId"] ?? "",
        {
          name: childAt(style, "name")?.attribs["w:val"] ?? "",
          basedOn: childAt(style, "basedOn")?.attribs["w:val"] ?? "",
          outline: childAt(style, "pPr", "outlineLvl")?.attribs["w:val"],
        },
      ]),
  );
  return [...styles.values()].flatMap((style) => {
    const level = levelOf(style, styles);
    const isOwn =
      level !== undefined && !/^(?:heading \d|title|toc .*)$/i.test(style.name) && !/['\\\n]/.test(style.name);
    return isOwn && style.name !== "" ? [`p[style-name='${style.name}'] => h${level}:fresh`] : [];
  });
}

function levelOf(style: Style, styles: ReadonlyMap<string, Style>): number | undefined {
  let own: Style | undefined = style;
  for (let depth = 0; own && depth < DEEPEST; depth += 1) {
    const named = /^heading ([1-6])$/i.exec(own.name)?.[1];
    if (own.outline !== undefined) return Number(own.outline) < 6 ? Number(own.outline) + 1 : undefined;
    if (named !== undefined) return Number(named);
    own = styles.get(own.basedOn);
  }
  return undefined;
}
