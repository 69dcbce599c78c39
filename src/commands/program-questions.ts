import { resolve } from "node:path";
import type { Command } from "commander";
import type { Audience } from "../chat.ts";
import { runAsk } from "./ask.ts";
import { runChat } from "./chat.ts";
import { runDocs, runExplain } from "./docs.ts";
import { withBrain, type Wiring } from "./launch.ts";
import { readScope, type ScopeOptions } from "./lookup-scope.ts";
import { runLookup } from "./lookup.ts";
import { wholeNumber } from "./whole-number.ts";

/** What the owner of the machine may read in the terminal: everything there is. */
export const OWNER: readonly Audience[] = ["public", "team"];

/** Adds `ask`, `lookup` and `chat`. */
export function addQuestions(program: Command, wiring: Wiring): void {
  addAsk(program, wiring);
  addLookup(program, wiring);
  addChat(program, wiring);
}

function addAsk(program: Command, { world, run }: Wiring): void {
  program
    .command("ask")
    .description("answer a question, or a file of questions, from the documents")
    .argument("[question]", "the question, in plain words")
    .option("--json", "print one JSON object", false)
    .option("--why", "say how the answer came about: model, prompt, what was left out, timings, passages", false)
    .option(
      "--jsonl <file>",
      'questions, one JSON object a line ("-": standard input); one line of JSON comes back for each',
    )
    .action(
      run((question: string | undefined, options: { json: boolean; why: boolean; jsonl?: string }, command: Command) =>
        withBrain(command, world, (brain, surroundings) =>
          runAsk(
            { ...options, ...(question !== undefined && { question }), clearance: OWNER },
            { brain, surroundings },
          ),
        ),
      ),
    );
}

function addLookup(program: Command, { world, run }: Wiring): void {
  program
    .command("lookup")
    .description("find passages by words")
    .argument("[words...]", "what to look for; the last word may be unfinished")
    .option("--json", "print one JSON object", false)
    .option("--jsonl <file>", 'questions, one JSON object a line ("-": standard input)')
    .option("--limit <number>", "how many passages", wholeNumber, 10)
    .option("--in <folder>", "only what lies below this folder of the documents")
    .option("--type <extension>", 'only files of this kind, such as "pdf" (repeatable)', collect)
    .option("--since <date>", "only what changed on this day or later (2026-11-24)")
    .option("--until <date>", "only what changed before this day")
    .action(
      run((words: string[], options: LookupFlags, command: Command) => {
        const given = { ...options, scope: readScope(options), words: words.join(" "), clearance: OWNER };
        return withBrain(command, world, (brain, surroundings) => runLookup(given, { brain, surroundings }));
      }),
    );
}

interface LookupFlags extends ScopeOptions {
  readonly json: boolean;
  readonly jsonl?: string;
  readonly limit: number;
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function addChat(program: Command, { world, run }: Wiring): void {
  program
    .command("chat")
    .description("ask and follow up, in the terminal")
    .action(
      run((_options, command: Command) =>
        withBrain(command, world, (brain, surroundings) => runChat({ clearance: OWNER }, { brain, surroundings })),
      ),
    );
}

/** Adds `docs sync` and `docs status`. */
export function addDocs(program: Command, { world, run }: Wiring): void {
  const docs = program.command("docs").description("the documents Hearth reads");
  docs
    .command("explain")
    .description("say why a document is or is not found")
    .argument("<path>", "the file")
    .option("--question <text>", "a question or words: where the document stands among what they find, and why")
    .option("--json", "print one JSON object", false)
    .action(
      run((path: string, options: { question?: string; json: boolean }, command: Command) =>
        withBrain(command, world, (brain, surroundings) =>
          runExplain({ ...options, path: resolve(world.place.cwd, path) }, { brain, surroundings }),
        ),
      ),
    );
  docs
    .command("sync")
    .description("make the index match the folders now, and say what changed")
    .option("--dry-run", "only say what would change", false)
    .action(
      run((options: { dryRun: boolean }, command: Command) =>
        withBrain(command, world, (brain, surroundings) =>
          runDocs(options.dryRun ? "plan" : "sync", { brain, surroundings }),
        ),
      ),
    );
  docs
    .command("status")
    .description("say what is in the index")
    .action(
      run((_options, command: Command) =>
        withBrain(command, world, (brain, surroundings) => runDocs("status", { brain, surroundings })),
      ),
    );
}
