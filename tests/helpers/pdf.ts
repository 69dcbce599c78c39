/** Words on a page: `y` is counted from the top of a page of 600 by 800 points. */
export interface PdfText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly font?: "regular" | "bold" | "mono";
}

/** A page: its words, and whether it has a picture. `packed` takes the place of its words: bytes in deflate, in Latin-1. */
export interface PdfPage {
  readonly texts?: readonly PdfText[];
  readonly packed?: string;
  readonly hasPicture?: boolean;
  readonly rotate?: number;
}

const FONTS = ["Helvetica", "Helvetica-Bold", "Courier"] as const;
const FONT_NAMES = { regular: "F0", bold: "F1", mono: "F2" } as const;

/** A small PDF, its parts uncompressed. `encrypt` is the body of its encryption dictionary; `outline` its table of contents. */
export function pdfOf(
  pages: readonly PdfPage[],
  options: {
    readonly title?: string;
    readonly modified?: string;
    readonly encrypt?: string;
    readonly outline?: readonly string[];
  } = {},
): Buffer {
  const { title, modified, encrypt, outline = [] } = options;
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const firstPage = 6 + FONTS.length;
  const firstEntry = firstPage + pages.length * 2;
  add(`<< /Type /Catalog /Pages 2 0 R${outline.length > 0 ? " /Outlines 4 0 R" : ""} >>`);
  add(
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${firstPage + at * 2} 0 R`).join(" ")}] >>`,
  );
  const written = modified === undefined ? "" : ` /ModDate (${modified})`;
  add(`<<${title === undefined ? "" : ` /Title ${stringOf(title)}`}${written} >>`);
  add(`<< /Type /Outlines /First ${firstEntry} 0 R /Last ${firstEntry + outline.length - 1} 0 R >>`);
  add(
    stream(
      "<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 1 /ColorSpace /DeviceGray",
      "12345678",
    ),
  );
  for (const font of FONTS) add(`<< /Type /Font /Subtype /Type1 /BaseFont /${font} /Encoding /WinAnsiEncoding >>`);
  const fonts = FONTS.map((_, at) => `/F${at} ${6 + at} 0 R`).join(" ");
  for (const [at, { texts = [], packed, hasPicture = false, rotate = 0 }] of pages.entries()) {
    const resources = `<< /Font << ${fonts} >> /XObject << /I0 5 0 R >> >>`;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Rotate ${rotate} /Resources ${resources} /Contents ${firstPage + at * 2 + 1} 0 R >>`,
    );
    if (packed !== undefined) add(stream("<< /Filter /FlateDecode", packed));
    else add(stream("<<", [...(hasPicture ? ["q 600 0 0 800 0 0 cm /I0 Do Q"] : []), ...texts.map(draw)].join("\n")));
  }
  for (const [at, entry] of outline.entries()) {
    const next = at + 1 < outline.length ? ` /Next ${firstEntry + at + 1} 0 R` : "";
    add(`<< /Title ${stringOf(entry)} /Parent 4 0 R${next} /Dest [${firstPage} 0 R /Fit] >>`);
  }
  return fileOf(objects, encrypt);
}

function draw({ text, x, y, size = 10, font = "regular" }: PdfText): string {
  return `BT /${FONT_NAMES[font]} ${size} Tf 1 0 0 1 ${x} ${800 - y} Tm ${stringOf(text)} Tj ET`;
}

function stream(dictionary: string, content: string): string {
  return `${dictionary} /Length ${Buffer.byteLength(content, "latin1")} >>\nstream\n${content}\nendstream`;
}

function stringOf(text: string): string {
  return `(${text.replaceAll(/[\\()]/g, String.raw`\$&`)})`;
}

/** Objects numbered from 1, and where each stands. */
function fileOf(objects: readonly string[], encrypt: string | undefined): Buffer {
  let text = "%PDF-1.7\n";
  const offsets = objects.map((body, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const locked = encrypt === undefined ? "" : ` /Encrypt << ${encrypt} >> /ID [<00> <00>]`;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 3 0 R${locked} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

/** Lines of text one below the other, from some place on a page. */
export function linesAt(
  lines: readonly string[],
  { x = 60, y = 100, step = 12, ...rest }: Partial<Omit<PdfText, "text">> & { readonly step?: number } = {},
): PdfText[] {
  return lines.map((text, at) => ({ text, x, y: y + at * step, ...rest }));
}
