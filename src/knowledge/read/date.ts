const ISO =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/i;
/** Such as "June 18, 2025 12:29 PM" and "Jul 07, 2016". */
const ENGLISH = /^([a-z]{3,9}) (\d{1,2}), (\d{4})(?: (\d{1,2}:\d{2}) ?([ap]m)?)?$/i;

/** A written date as ISO 8601 in UTC; one without a zone is taken for UTC. Undefined for what is no date, or one no document has. */
export function isoDate(written: string): string | undefined {
  const text = written.trim();
  if (text.length > 60) return undefined;
  const iso = ISO.exec(text);
  if (iso) {
    const [, year = "", month = "", day = "", time = "00:00", zone = "Z"] = iso;
    const clock = time.replace(/^\d:/, "0$&");
    const offset = zone.toUpperCase() === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
    return checked(`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}T${clock}${offset}`);
  }
  const english = ENGLISH.exec(text);
  if (!english) return undefined;
  const [, month = "", day = "", year = "", clock = "0:00", half = ""] = english;
  return checked(`${day} ${month} ${year} ${clock} ${half} UTC`);
}

function checked(text: string): string | undefined {
  const date = new Date(text);
  const year = date.getUTCFullYear();
  return year >= 1970 && year < 2200 ? date.toISOString() : undefined;
}
