import { dateFromSerial, format, getFormatDateInfo, getFormatFromId, isDateFormat } from "numfmt";

/** Days from 1 January 1900, on which most workbooks count, to 1904, on which those of old Macs do. */
const DAYS_TO_1904 = 1462;
/** Digits that a cell's number is exact to. */
const DIGITS = 15;

/** Shows a cell's number by its format's code, as people see it; dates in ISO 8601, plain numbers whole. */
export function showNumber(
  value: number,
  { code, is1904 }: { readonly code: string; readonly is1904: boolean },
): string {
  try {
    if (isDateFormat(code)) return showDate(is1904 ? value + DAYS_TO_1904 : value, code);
    if (!/^general$/i.test(code)) return format(code, value).trim();
  } catch {
    // A code that no program can have written.
  }
  return String(Number(value.toPrecision(DIGITS)));
}

function showDate(serial: number, code: string): string {
  const { year, month, day, hours, minutes, seconds } = getFormatDateInfo(code);
  const hasDate = year || month || day;
  // Hours that are counted on, over days, are no time of the day.
  if (/\[[hms]+\]/i.test(code) || (!hasDate && serial >= 1)) return format(code, serial).trim();
  const [y, mo, d, h, mi, s] = dateFromSerial(serial);
  const date = `${String(y).padStart(4, "0")}-${two(mo)}-${two(d)}`;
  const time = `${two(h)}:${two(mi)}${seconds && s > 0 ? `:${two(s)}` : ""}`;
  if (!hasDate) return time;
  return hours || minutes ? `${date} ${time}` : date;
}

function two(number: number): string {
  return String(Math.floor(number)).padStart(2, "0");
}

/** The code of one of the formats that every workbook has without naming them. */
export function builtInFormat(id: number): string {
  return getFormatFromId(id) ?? "General";
}
