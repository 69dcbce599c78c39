import { Command, CommanderError, Option } from "commander";
import type { World } from "./launch.ts";
import { addChats } from "./program-chats.ts";
import { addDoctor } from "./program-doctor.ts";
import { addEval } from "./program-eval.ts";
import { addForget } from "./program-forget.ts";
import { addModels } from "./program-models.ts";
import { addProcesses, addStart } from "./program-processes.ts";
import { addRelay } from "./program-relay.ts";
import { addDocs, addQuestions } from "./program-questions.ts";

/** The `hearth` command: takes the arguments of the process and gives its exit code. Throws a UserError for a mistake of a person's. */
export function createProgram(world: World): (argv: readonly string[]) => Promise<number> {
  return async (argv) => {
    let code = 0;
    const program = new Command("hearth")
      .description("Answers questions from your own documents, on your own machine.")
      .version(world.version)
      .configureHelp({ showGlobalOptions: true })
      .exitOverride();
    shared(program);
    const run =
      <Parameters extends unknown[]>(action: (...parameters: Parameters) => Promise<number>) =>
      async (...parameters: Parameters) => {
        code = await action(...parameters);
      };
    addStart(program, { world, run });
    addQuestions(program, { world, run });
    addDocs(program, { world, run });
    addEval(program, { world, run });
    addChats(program, { world, run });
    addModels(program, { world, run });
    addDoctor(program, { world, run });
    addForget(program, { world, run });
    addProcesses(program, { world, run });
    addRelay(program, { world, run });
    try {
      await program.parseAsync(argv);
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      throw error;
    }
    return code;
  };
}

function shared(program: Command): void {
  const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
  program
    .option(
      "--docs <dir>",
      "a folder of documents (repeatable; default: the configuration's, else Hearth's own manual)",
      collect,
    )
    .option("--exclude <glob>", "files to leave out, relative to their folder (repeatable)", collect)
    .option("--data <dir>", 'where the index and the log live (default: "data")')
    .option("--config <file>", 'the configuration file (default: "config/hearth.yaml", where there is one)')
    .addOption(
      new Option("--log-level <level>", "how much is logged").choices(["trace", "debug", "info", "warn", "error"]),
    )
    .option(
      "--model <name>",
      "the model that writes: a name of hearth models, or a GGUF file (default: the configuration's)",
    )
    .addOption(
      new Option(
        "--write <when>",
        "whether the model writes: when it has shown that it helps, always, or never",
      ).choices(["auto", "always", "never"]),
    )
    .option(
      "--embedder <name>",
      "the model that finds by meaning: a name of hearth models, or a folder (default: the configuration's)",
    )
    .option("--no-embeddings", "find by words alone")
    .option("--log <file>", 'where the log goes: a file, or "stderr" (default: hearth.log in the data folder)');
}
