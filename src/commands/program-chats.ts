import { InvalidArgumentError, type Command } from "commander";
import { withBrain, type Wiring } from "./launch.ts";

const FOLDER = "a folder of chats: <channel>.jsonl with the messages, and";
const MODELS = `
Without a model that may write (--model, --write), lines and answers are people's own words; without --embedder or one of the
configuration, messages are found by words. docs/digests.md says what the folder holds and how well it works.`;

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
    .description("digest stretches of chat: topics, decisions, action items, open questions, links")
    .requiredOption(
      "--jsonl <folder>",
      `${FOLDER} segments.jsonl with the stretches; a line of JSON comes back for each`,
    )
    .option("--share <share>", "how long a digest may be beside the chat's own length", shareOf, 0.1)
    .option("--out <file>", "write the lines to a file")
    .addHelpText("after", MODELS)
    .action(
      run(async (options: Words & { readonly share: number }, command: Command) => {
        const { runDigest } = await import("./chats.ts");
        return withBrain(command, world, (brain, surroundings) => runDigest(options, { brain, surroundings }));
      }),
    );
}

function addRecall(program: Command, { world, run }: Wiring): void {
  program
    .command("recall")
    .description("answer questions about a chat from its messages")
    .requiredOption(
      "--jsonl <folder>",
      `${FOLDER} memory_questions.jsonl with the questions; a line of JSON comes back for each`,
    )
    .option("--out <file>", "write the lines to a file")
    .addHelpText("after", MODELS)
    .action(
      run(async (options: Words, command: Command) => {
        const { runRecall } = await import("./chats.ts");
        return withBrain(command, world, (brain, surroundings) => runRecall(options, { brain, surroundings }));
      }),
    );
}

function shareOf(value: string): number {
  const share = Number(value);
  if (value.trim() === "" || !(share > 0 && share <= 1)) {
    throw new InvalidArgumentError("It must be more than 0 and at most 1, such as 0.1.");
  }
  return share;
}
