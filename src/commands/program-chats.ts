import { InvalidArgumentError, type Command } from "commander";
import type { CommandLine } from "../config.ts";
import type { Wiring } from "./launch.ts";

const FOLDER = "a folder of chats: <channel>.jsonl with the messages, and";
const NO_MODEL = `
No model takes part yet: lines and answers are people's own words, so --model, --write, --embedder and
--no-embeddings change nothing here. docs/digests.md says what the folder holds and how well it works.`;

/** Adds `digest` and `recall`, over folders of chats. What they need is loaded when it is needed. */
export function addChats(program: Command, wiring: Wiring): void {
  addDigest(program, wiring);
  addRecall(program, wiring);
}

interface Words {
  readonly jsonl: string;
  readonly out?: string;
}

function addDigest(program: Command, { world, run }: Wiring): void {
  program
    .command("digest")
    .description("pick the key messages of stretches of chat: topics, decisions, action items, open questions, links")
    .requiredOption(
      "--jsonl <folder>",
      `${FOLDER} segments.jsonl with the stretches; a line of JSON comes back for each`,
    )
    .option("--share <share>", "how long a digest may be beside the chat's own length", shareOf, 0.1)
    .option("--out <file>", "write the lines to a file")
    .addHelpText("after", NO_MODEL)
    .action(
      run(async (options: Words & { readonly share: number }, command: Command) => {
        const { runDigest } = await import("./chats.ts");
        noteModels(command, world.surroundings.err);
        return runDigest(options, world.surroundings);
      }),
    );
}

function addRecall(program: Command, { world, run }: Wiring): void {
  program
    .command("recall")
    .description("find the messages that answer questions about a chat, by words, names and dates")
    .requiredOption(
      "--jsonl <folder>",
      `${FOLDER} memory_questions.jsonl with the questions; a line of JSON comes back for each`,
    )
    .option("--out <file>", "write the lines to a file")
    .addHelpText("after", NO_MODEL)
    .action(
      run(async (options: Words, command: Command) => {
        const { runRecall } = await import("./chats.ts");
        noteModels(command, world.surroundings.err);
        return runRecall(options, world.surroundings);
      }),
    );
}

/** Whoever names a model is told that none is used, rather than left to think that it was. */
function noteModels(command: Command, err: { write(text: string): unknown }): void {
  const { model, embedder } = command.optsWithGlobals<CommandLine>();
  const named = [model !== undefined && "--model", embedder !== undefined && "--embedder"].filter(Boolean);
  if (named.length > 0) err.write(`${named.join(" and ")}: no model takes part here yet, so this changes nothing.\n`);
}

function shareOf(value: string): number {
  const share = Number(value);
  if (value.trim() === "" || !(share > 0 && share <= 1)) {
    throw new InvalidArgumentError("It must be more than 0 and at most 1, such as 0.1.");
  }
  return share;
}
