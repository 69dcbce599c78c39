import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { decodeText } from "../../../src/knowledge/read/text.ts";

/** A few sentences of each language, and the encodings it was written in before Unicode. */
const TEXTS: readonly (readonly [text: string, encodings: readonly string[]])[] = [
  ["Für alle gilt: Größere Anschaffungen müssen genehmigt werden – auch im März.", ["windows-1252"]],
  [
    "Les congés annuels sont accordés après l’accord du supérieur hiérarchique ; à défaut, ils sont refusés.",
    ["windows-1252"],
  ],
  [
    "Las vacaciones del año se piden con dos semanas de antelación; ¿quién las aprueba? El jefe de la sección.",
    ["windows-1252"],
  ],
  ["Semester måste begäras två veckor i förväg och godkännas av närmaste chef på avdelningen.", ["windows-1252"]],
  [
    "Urlop wypoczynkowy należy zgłosić dwa tygodnie wcześniej, a każdą nieobecność usprawiedliwić zaświadczeniem.",
    ["windows-1250", "iso-8859-2"],
  ],
  [
    "Dovolenou je třeba ohlásit dva týdny předem a každou nepřítomnost řádně omluvit u vedoucího oddělení.",
    ["windows-1250", "iso-8859-2"],
  ],
  [
    "Az éves szabadságot két héttel előbb kell kérni, és minden hiányzást igazolni kell a vezetőnél, különösen ősszel.",
    ["windows-1250", "iso-8859-2"],
  ],
  [
    "Yıllık izin iki hafta önceden istenir; her devamsızlık için müdüre bilgi verilmelidir, özellikle güz aylarında.",
    ["windows-1254"],
  ],
  [
    "Kasmetinių atostogų prašoma prieš dvi savaites, o kiekvieną neatvykimą reikia pagrįsti vadovui žodžiu ar raštu.",
    ["windows-1257"],
  ],
  [
    "Ежегодный отпуск нужно согласовать за две недели, а о болезни сообщить до десяти часов утра.",
    ["windows-1251", "koi8-r", "iso-8859-5", "cp866"],
  ],
  [
    "Щорічну відпустку треба погодити за два тижні, а про хворобу повідомити до десятої години ранку.",
    ["windows-1251", "koi8-u"],
  ],
  [
    "Η ετήσια άδεια ζητείται δύο εβδομάδες πριν, και κάθε απουσία δικαιολογείται στον προϊστάμενο.",
    ["windows-1253", "iso-8859-7"],
  ],
  ["חופשה שנתית יש לבקש שבועיים מראש, ועל כל היעדרות יש להודיע למנהל עד השעה עשר בבוקר.", ["windows-1255"]],
  ["يجب طلب الإجازة السنوية قبل أسبوعين، ويجب إبلاغ المدير عن كل غياب قبل الساعة العاشرة صباحا.", ["windows-1256"]],
  ["การลาพักร้อนต้องขอล่วงหน้าสองสัปดาห์ และต้องแจ้งหัวหน้าเมื่อลาป่วยก่อนสิบโมงเช้าทุกครั้ง", ["windows-874"]],
  ["有給休暇は二週間前に申請してください。病気のときは朝十時までに上司に連絡してください。", ["shift_jis", "euc-jp"]],
  ["年假必须提前两个星期申请，生病的时候请在上午十点以前通知主管，并提交医生的证明。", ["gb18030"]],
  ["年假必須提前兩個星期申請，生病的時候請在上午十點以前通知主管，並提交醫生的證明。", ["big5"]],
  ["연차 휴가는 두 주 전에 신청해야 하며, 아플 때에는 아침 열 시까지 팀장에게 알려야 합니다.", ["euc-kr"]],
];

describe("decodeText", () => {
  for (const [text, encodings] of TEXTS) {
    for (const encoding of encodings) {
      it(`reads ${encoding}: ${text.slice(0, 20)}`, () => {
        expect(decodeText(iconv.encode(`${text}\n`, encoding))).toBe(`${text}\n`);
      });
    }
  }

  it("reads UTF-16 and UTF-32 with and without a mark", () => {
    for (const encoding of ["utf-16le", "utf-16be", "utf-32le", "utf-32be"]) {
      for (const text of ["Annual leave.\nAsk first.\n", "年假规定。\n请先申请。\n"]) {
        expect(decodeText(iconv.encode(text, encoding, { addBOM: false }))).toBe(text);
        expect(decodeText(iconv.encode(text, encoding, { addBOM: true }))).toBe(text);
      }
    }
  });

  it("believes what a page or XML says of itself, unless it is UTF-8 in truth", () => {
    const page = (charset: string) =>
      `<html><head><meta http-equiv="x" content="text/html; charset=${charset}"></head>Да`;
    expect(decodeText(iconv.encode(page("windows-1251"), "windows-1251"))).toBe(page("windows-1251"));
    expect(decodeText(Buffer.from(page("iso-8859-1")))).toBe(page("iso-8859-1"));
    const xml = '<?xml version="1.0" encoding="cp437"?><p>Käse</p>';
    expect(decodeText(iconv.encode(xml, "cp437"))).toBe(xml);
    const lie = '<meta charset="utf-8"><p>Grüße aus Köln';
    expect(decodeText(iconv.encode(lie, "windows-1252"))).toBe(lie);
    const unknown = '<meta charset="no-such-thing"><p>Grüße aus Köln';
    expect(decodeText(iconv.encode(unknown, "windows-1252"))).toBe(unknown);
  });

  it("takes single signs for what they are in the west", () => {
    for (const text of ["Price: £5", "20°C ±1 µm × 3", "Café", "½ cup"]) {
      expect(decodeText(iconv.encode(text, "windows-1252"))).toBe(text);
    }
  });

  it("finds a letter far down in a long text", () => {
    const text = `${"Plain words. ".repeat(5_000)}\n${"More of them.\n".repeat(3_000)}Müller, Straße, Größe.\n`;
    expect(decodeText(iconv.encode(text, "windows-1252"))).toBe(text);
  });

  it("reads ISO-2022-JP, and leaves the colours of a terminal alone", () => {
    expect(decodeText(Buffer.from("\u001B$B4A;z\u001B(B text", "latin1"))).toBe("漢字 text");
    expect(decodeText(Buffer.from("\u001B[31mred\u001B[0m"))).toBe("\u001B[31mred\u001B[0m");
  });

  it("refuses what is no text in any of them", () => {
    const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => 1 + ((at * 7_919 + 13 * at * at) % 255));
    expect(() => decodeText(bytes)).toThrow("it looks like a binary file, not text");
  });
});
