/** Lines of an answered message that are kept above an answer written below them: without them it says nothing. */
const KEPT_QUOTE = 3;
/** Lines that tell whom one answers ("On Monday Jane wrote:") take no more than this. */
const LONGEST_ATTRIBUTION = 3;
/** Lines that a signature, or what a mailing list adds, has at most where its mark is one that text may have too. */
const LONGEST_FOOTER = 12;

/** "Wrote" as mail programs have it. */
const WROTE =
  /(?:^|\s)(?:wrote|schrieb|écrit|escribió|scritto|schreef|escreveu|napisał(?:\(a\))?|skrev|kirjoitti|написал[аи]?|пишет|yazdı|írta)(?=[\s:]|$)|写道|寫道|のメール|書きました|작성/iu;
/** "From" as Outlook has it above a message that is answered. */
const FROM =
  /^[*_]{0,2}(?:From|Von|De|Da|Van|Från|Fra|Od|От|Kimden|Gönderen|Feladó|Lähettäjä|发件人|寄件者|差出人|보낸 사람)[*_]{0,2}\s?[:：]/iu;
const FIELD = /^[*_]{0,2}\p{L}[\p{L} -]{0,24}[*_]{0,2}\s?[:：]/u;
const DEVICE =
  /^(?:Sent from (?:my )?\S|Get Outlook for |Von meinem \S.* gesendet|Gesendet (?:von|mit) |Envoyé (?:de|depuis) |Enviado (?:desde|do) |Inviato da|Verzonden (?:vanaf|met)|Skickat från)/i;

/**
 * What a message itself says: without the messages that it answers, signatures and what lists and devices add. A few quoted lines stay
 * where an answer stands below them, and all of them where there is nothing else, or where the message passes another one on.
 */
export function trimMail(text: string, { isForward }: { readonly isForward: boolean }): string {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.replaceAll("\u00A0", " ").trimEnd());
  const own = isForward ? "" : joined(withoutQuotes(withoutHistory(lines)));
  return own === "" ? joined(lines.map(unquoted)) : own;
}

function joined(lines: readonly string[]): string {
  return withoutFooter(lines)
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** Whether it is the head of an answered message on one line, as it comes out of HTML: "From: … Sent: … To: …". */
export function isHistoryHead(text: string): boolean {
  return text.length < 1_000 && FROM.test(text) && (text.match(/\S[:：] /g)?.length ?? 0) >= 3;
}

/** Whether a line tells whom one answers. */
export function isAttribution(text: string): boolean {
  return text.length < 400 && /[:：]$/.test(text) && /\d/.test(text) && WROTE.test(text);
}

/** Everything above the first mark behind which nothing but older messages stands. */
function withoutHistory(lines: readonly string[]): readonly string[] {
  const lastQuote = lines.findLastIndex((line) => line.startsWith(">"));
  const end = lines.findIndex((_, index) => {
    if (isDivider(lines, index)) return true;
    // Nothing is quoted below the line that says whom one answers: the older message stands there as it is.
    const length = attributionLength(lines, index);
    return length > 0 && lastQuote < index + length;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** "-----Original Message-----", a long rule or nothing, and below it the head of the message: "From: … Sent: … To: …". */
function isDivider(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? "";
  const isRule = line.length < 200 && /^[-_]{2,}[^-_]{0,60}[-_]{2,}$/.test(line);
  if (!isRule && !FROM.test(line)) return false;
  const head = lines.slice(index, index + 8).filter((below) => below !== "");
  const from = isRule ? 1 : 0;
  return FROM.test(head[from] ?? "") && head.slice(from + 1, from + 4).filter((below) => FIELD.test(below)).length >= 2;
}

/** How many lines an attribution takes that begins here; 0 where none does. */
function attributionLength(lines: readonly string[], index: number): number {
  for (let length = 1; length <= LONGEST_ATTRIBUTION; length += 1) {
    const last = lines[index + length - 1] ?? "";
    if (last === "" || last.startsWith(">")) return 0;
    if (!/[:：]$/.test(last)) continue;
    const whole = lines.slice(index, index + length).join(" ");
    const next = lines.slice(index + length, index + length + 2).find((line) => line !== "");
    return isAttribution(whole) || (next?.startsWith(">") === true && /\d{4}|@/.test(whole)) ? length : 0;
  }
  return 0;
}

/** Quoted lines go, with the attribution above them; of those that an answer follows, the last few stay. */
function withoutQuotes(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let quote: string[] = [];
  let skipped = 0;
  for (const [index, line] of lines.entries()) {
    if (skipped > 0) skipped -= 1;
    else if (line.startsWith(">")) quote.push(line);
    else if (line === "") {
      if (quote.length === 0) kept.push(line);
    } else {
      const attribution = attributionLength(lines, index);
      skipped = Math.max(0, attribution - 1);
      if (attribution > 0) continue;
      if (quote.length > 0) kept.push("", ...quote.filter(isOuterQuote).slice(-KEPT_QUOTE), "");
      quote = [];
      kept.push(line);
    }
  }
  return kept;
}

/** A quoted line with words, of the message that is answered and not of one before it. */
function isOuterQuote(line: string): boolean {
  return /^>\s?[^>\s]/.test(line);
}

function unquoted(line: string): string {
  return line.replace(/^(?:>[ \t]?)+/, "");
}

/** Without a signature, a list's footer, or a line that names the device. */
function withoutFooter(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line, index) => {
    const below = lines.length - index - 1;
    // The mark of a signature is two hyphens and a space (RFC 3676), which not every program keeps; the space was trimmed here.
    return (line === "--" || /^_{20,}$/.test(line)) && below <= LONGEST_FOOTER;
  });
  const own = end < 0 ? lines : lines.slice(0, end);
  const last = own.findLastIndex((line) => line !== "");
  return last >= 0 && DEVICE.test(own[last] ?? "") && (own[last] ?? "").length < 80 ? own.slice(0, last) : own;
}
