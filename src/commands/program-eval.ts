import type { Command } from "commander";
import type { CommandLine } from "../config.ts";
import type { Setting } from "../eval/settings.ts";
import type { Wiring } from "./launch.ts";
import { OWNER } from "./program-questions.ts";
import { wholeNumber } from "./whole-number.ts";

/** Adds `eval`. What measures is loaded when it is needed: no process that answers has any of it. */
export function addEval(program: Command, { world, run }: Wiring): void {
  program
    .command("eval")
    .description("measure answers on a file of questions, and compare settings")
    .argument("<file>", 'questions with what is known of their answers, one JSON object a line ("-": standard input)')
    .option(
      "--against <settings>",
      'compare with other settings, such as "write=never", "model=NAME,write=always" or "embedder=none"',
    )
    .option("--baseline <file>", "compare with what --out kept earlier")
    .option("--out <file>", "keep the results in a file")
    .option("--json", "print everything as one JSON object", false)
    .action(
      run(
        async (
          file: string,
          options: { json: boolean; against?: string; baseline?: string; out?: string },
          command: Command,
        ) => {
          const { settingOpener } = await import("./open-setting.ts");
          const { runEval } = await import("./eval.ts");
          const { open, settings, commandLine, surroundings } = settingOpener(command, world);
          return runEval(
            { ...options, file, clearance: OWNER },
            {
              open,
              surroundings,
              setting: settingOf(commandLine),
              writes: settings.model.source.kind === "none" ? undefined : settings.model.write,
              data: settings.data,
              now: () => new Date(),
            },
          );
        },
      ),
    );
}

/** What the command line says of what can be compared. */
function settingOf({ model, write, ...commandLine }: CommandLine): Setting {
  const embedder = commandLine.embeddings === false ? "none" : commandLine.embedder;
  return {
    ...(model !== undefined && { model }),
    ...(write !== undefined && { write }),
    ...(embedder !== undefined && { embedder }),
  };
}

interface PickWords {
  readonly questions?: string;
  readonly count: number;
  readonly seconds: number;
  readonly use: boolean;
  readonly json: boolean;
}

/** Adds `pick` to `models`. `use` makes a model the used one, as `hearth models use` does. */
export function addPick(
  models: Command,
  { world, run }: Wiring,
  use: (name: string, command: Command) => Promise<number>,
): void {
  models
    .command("pick")
    .description("try the pulled models on questions about your documents, and name the one to use")
    .argument("[names...]", "the models to try (default: all that were pulled)")
    .option("--questions <file>", "your own questions, as for hearth eval (default: made from your documents)")
    .option("--count <number>", "how many questions to make", wholeNumber, 40)
    .option("--seconds <number>", "how long an answer may take", wholeNumber, 20)
    .option("--use", "use the model that was chosen", false)
    .option("--json", "print one JSON object", false)
    .action(
      run(async (names: string[], options: PickWords, command: Command) => {
        const { settingOpener } = await import("./open-setting.ts");
        const { runPick } = await import("./models-pick.ts");
        const { open, settings, commandLine, surroundings } = settingOpener(command, world);
        return runPick(
          { ...options, names, clearance: OWNER },
          {
            open,
            surroundings,
            data: settings.data,
            exclude: commandLine.exclude ?? [],
            now: () => new Date(),
            use: (name) => use(name, command),
          },
        );
      }),
    );
}
