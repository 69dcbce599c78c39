import type { ModelLabel, ModelStatus } from "../../brain/brain.ts";
import { counted } from "./counted.ts";
import { toPlainLine } from "./plain.ts";

/** The model in words: its name, where it stands, whether it writes and why, and who waits for it. */
export function describeModel(model: ModelStatus): string {
  if (model.kind === "none") {
    return "no model is configured: the answers are the sentences of the documents themselves, quoted";
  }
  const writes = model.writes ? "writes" : "does not write";
  const waiting = model.waiting > 0 ? ` ${counted(model.waiting, "question")} waiting.` : "";
  return `${nameOf(model.model)}: ${model.kind}, ${writes}. ${sentence(model.why)}${waiting}`;
}

/** A model's name; a puppet never goes without saying that it is one. */
export function nameOf({ kind, name }: ModelLabel): string {
  return kind === "puppet" ? `${toPlainLine(name)} (a puppet: it plays given words)` : toPlainLine(name);
}

/** Words of Hearth's own as one line that ends as a sentence does. */
export function sentence(words: string): string {
  const line = toPlainLine(words);
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}
