import { stemOf } from "./words.ts";

/**
 * English words that carry grammar rather than a subject, and what chats put around a question. In a small set of documents they
 * are rarer than in the language, so that counting alone would take "do we get" for a subject. Words of other languages are
 * weighed by counting alone.
 */
const FUNCTION_WORDS = new Set(
  `a an the this that these those it its he she they them their we us our i me my mine you your yours he him his her
  is are was were be been being am do does did doing done has have had having can could may might must shall should will would
  and or but if then than so as at by for from in into of off on onto out over to up with without within about between through
  during before after under above again what which who whom whose when where why how there here not no nor only just also too
  very any some all both each few more most other such own same s t d ll m o re ve y don dont doesn doesnt didn didnt isn isnt
  aren arent wasn wasnt won wont cant cannot couldn couldnt shouldn whats wheres hows im ive id youre theres thats lets get got
  gets getting let make makes need want know tell ask please hi hey hello thanks thank ok okay anyone someone somebody anybody
  something anything everyone everybody everything thing things even u r ur pls plz thx w tho bc thru gonna gotta wanna em cos cuz dunno`
    .split(/\s+/)
    .map(stemOf),
);

/** Whether a stem is a word of English grammar. */
export function isFunctionWord(stem: string): boolean {
  return FUNCTION_WORDS.has(stem);
}
