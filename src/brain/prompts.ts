import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";
import type { PromptMessage } from "./engine.ts";

/** What a model is told before it is asked anything: the same for every question, so that it is evaluated once. */
export interface Prompts {
  /** How to answer: the rules, then examples of what is asked and answered. */
  readonly answer: readonly PromptMessage[];
  readonly version: number;
  /** SHA-256 of all that, in hexadecimal. */
  readonly hash: string;
}

const FRONT_MATTER = /^---\nversion: (\d+)\n---\n/;
const EXAMPLE = /^## (Asked|Answered)\n/gm;

/** How notes of a chat are taken: rules, then examples. `hash` is the SHA-256 of all that, in hexadecimal. */
export interface NotePrompt {
  readonly messages: readonly PromptMessage[];
  readonly hash: string;
}

/** Reads the prompt for answers from the prompts' folder. Throws a UserError for one that is missing or has no version. */
export function readPrompts(folder: string): Prompts {
  const { messages, ...read } = readPrompt(join(folder, "answer.md"));
  return { answer: messages, ...read };
}

/** Reads the prompt for notes from the prompts' folder. Throws as `readPrompts` does. */
export function readNotePrompt(folder: string): NotePrompt {
  const { messages, hash } = readPrompt(join(folder, "notes.md"));
  return { messages, hash };
}

function readPrompt(path: string): NotePrompt & Pick<Prompts, "version"> {
  let text;
  try {
    text = readFileSync(path, "utf8").replaceAll("\r\n", "\n");
  } catch (error) {
    const why = `The prompt ${path} cannot be read (${codeOf(error)}); put back the one that came with Hearth`;
    throw new UserError(why, { cause: error });
  }
  const version = FRONT_MATTER.exec(text)?.[1];
  const messages = toMessages(text.replace(FRONT_MATTER, ""));
  if (version === undefined || messages.some((message) => message.text === "")) {
    const why = `The prompt ${path} must begin with "version: 1" between two lines "---", and have no part without text`;
    throw new UserError(why);
  }
  const hash = createHash("sha256").update(JSON.stringify(messages)).digest("hex");
  return { messages, version: Number(version), hash };
}

/** Rules, then what stands under "## Asked" and "## Answered". */
function toMessages(text: string): PromptMessage[] {
  const [rules = "", ...parts] = text.split(EXAMPLE);
  const examples = parts.flatMap((part, place): PromptMessage[] => {
    if (place % 2 === 0) return [];
    return [{ role: parts[place - 1] === "Asked" ? "user" : "assistant", text: part.trim() }];
  });
  return [{ role: "system", text: rules.trim() }, ...examples];
}
