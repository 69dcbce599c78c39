import { constants, crc32, deflateRawSync, deflateSync } from "node:zlib";
import { z } from "zod";
import { docxOf, escapeXml, officeOf, wordParagraph } from "../helpers/office.ts";
import { pdfOf } from "../helpers/pdf.ts";

const part = z.object({ text: z.string(), n: z.int().min(0) });

const schema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("repeat"), text: z.string(), n: z.int().min(0) }),
  z.object({ kind: z.literal("concat"), parts: z.array(part) }),
  z.object({ kind: z.literal("pdf"), pages: z.int().optional(), bytes: z.int().optional() }),
  z.object({ kind: z.literal("docx_bomb"), expanded_bytes: z.int() }),
  z.object({ kind: z.literal("docx_entities"), levels: z.int() }),
  z.object({ kind: z.literal("nested_md"), levels: z.int() }),
  z.object({ kind: z.literal("pdf_xref_loop") }),
  z.object({ kind: z.literal("pdf_flate_bomb"), ratio: z.int() }),
  z.object({ kind: z.literal("sparse"), bytes: z.int() }),
]);

/** Content that a case describes instead of holding it: its bytes, or, where it is all zeros, how many there are. */
export type Made = { readonly bytes: Buffer } | { readonly zeros: number };

/** Makes the content that `gen` describes. Throws for a kind that is not known. */
export function generate(gen: unknown): Made {
  const given = schema.parse(gen);
  switch (given.kind) {
    case "repeat":
      return { bytes: Buffer.from(given.text.repeat(given.n)) };
    case "concat":
      return { bytes: Buffer.from(given.parts.map(({ text, n }) => text.repeat(n)).join("")) };
    case "pdf":
      return { bytes: pdfOfSize(given.pages ?? 1, given.bytes ?? 0) };
    case "docx_bomb":
      return { bytes: docxBomb(given.expanded_bytes) };
    case "docx_entities":
      return { bytes: docxOfEntities(given.levels) };
    case "nested_md":
      return { bytes: Buffer.from(`${"> - ".repeat(given.levels)}deep\n`) };
    case "pdf_xref_loop":
      return { bytes: loopingPdf() };
    case "pdf_flate_bomb":
      return { bytes: pdfOf([{ packed: deflateSync(Buffer.alloc(given.ratio * 1_000_000, " ")).toString("latin1") }]) };
    case "sparse":
      return { zeros: given.bytes };
    default:
      return given satisfies never;
  }
}

function pdfOfSize(pages: number, bytes: number): Buffer {
  const texts = [{ text: "Free money for everybody.", x: 50, y: 50 }];
  const small = pdfOf(Array.from({ length: pages }, () => ({ texts })));
  // What stands before the header is a comment to every reader.
  return bytes <= small.length ? small : Buffer.concat([small, Buffer.alloc(bytes - small.length, "\n")]);
}

/** A PDF whose table of objects names itself as the one before, so that no object is ever found. */
function loopingPdf(): Buffer {
  const header = "%PDF-1.7\n";
  const table = `xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R /Prev ${header.length} >>\n`;
  return Buffer.from(`${header}${table}startxref\n${header.length}\n%%EOF\n`);
}

function docxOfEntities(levels: number): Buffer {
  const entities = Array.from({ length: levels }, (_, level) => {
    const inner = level === 0 ? "lol" : `&e${level - 1};`.repeat(10);
    return `<!ENTITY e${level} "${inner}">`;
  });
  const body = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&e${levels - 1};</w:t></w:r></w:p></w:body></w:document>`;
  const main = `<?xml version="1.0"?><!DOCTYPE d [${entities.join("")}]>${body}`;
  return officeOf("word/document.xml", { "word/document.xml": main }, {});
}

/** A Word document whose text is spaces without end: one packed stretch of them, again and again. */
function docxBomb(expanded: number): Buffer {
  const name = "word/padding.xml";
  const plain = docxOf([wordParagraph(escapeXml("Quarterly report."))]);
  const stretch = Buffer.alloc(16_777_216, " ");
  const packed = deflateRawSync(stretch, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const times = Math.ceil(expanded / stretch.length);
  const last = deflateRawSync(Buffer.from(" "));
  const content = Buffer.concat([...Array.from({ length: times }, () => packed), last]);
  return withEntry(plain, { name, content, size: Math.min(expanded, 0xffff_fffe) });
}

/** An archive with one more packed entry, which says that it has so many bytes. */
function withEntry(
  archive: Buffer,
  { name, content, size }: { readonly name: string; readonly content: Buffer; readonly size: number },
): Buffer {
  const end = archive.length - 22;
  const [count, length, start] = [
    archive.readUInt16LE(end + 10),
    archive.readUInt32LE(end + 12),
    archive.readUInt32LE(end + 16),
  ];
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(8, 4);
  shared.writeUInt32LE(crc32(" "), 10);
  shared.writeUInt32LE(content.length, 14);
  shared.writeUInt32LE(size, 18);
  shared.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), shared, Buffer.from(name), content]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(start, 10);
  const central = Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), shared, tail, Buffer.from(name)]);
  const close = Buffer.from(archive.subarray(end));
  close.writeUInt16LE(count + 1, 8);
  close.writeUInt16LE(count + 1, 10);
  close.writeUInt32LE(length + central.length, 12);
  close.writeUInt32LE(start + local.length, 16);
  return Buffer.concat([archive.subarray(0, start), local, archive.subarray(start, start + length), central, close]);
}
