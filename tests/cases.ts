/**
 * Runs cases of attacks and faults against the whole program: `npm run cases -- [--file FILE] [--layer code|box|model]
 * [--platform discord|slack|web|none] [--id ID] [--runs N] [--minutes N] [--model FILE] [--help]`. The file holds one case a line; without it, it says so and ends with 0.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { onEachPlatform, readCases, type Case } from "./cases/case.ts";
import { openSink, runApart, whyNoNamespace } from "./cases/namespace.ts";
import { lineOf, ratesOf, resultOf, summaryOf, type Result } from "./cases/report.ts";
import { runCase, type Options, type Outcome } from "./cases/run-case.ts";

const HELP = `npm run cases -- [options]

  --file FILE      cases, one a line of JSON (default: ../shared/security/cases.jsonl)
  --layer LAYER    only those of a layer: code, box or model; may be repeated
  --platform NAME  only those of a platform: discord, slack, web or none; may be repeated. Cases for any chat platform are of both
  --id ID          only those whose id begins so; may be repeated
  --runs N         how often each is run (default: 3; 10 for the layer model)
  --minutes N      the most that one long step may take (default: 1)
  --model FILE     a model for the layer model: a GGUF file, or what model.use of the configuration takes
  --logs           after a FAIL, the last lines of Hearth's log and of what it said
  --list           names the cases and runs none
  --help           this

Every line says what became of a case: "pass", "FAIL" with the check that did not hold and what was seen, "not judged" with what could
not be observed, or "not run" with what it needs. Exit code 1 if any failed. Ctrl-C ends after the run in hand was taken down.`;

const script = fileURLToPath(import.meta.url);
const FILE = join(script, "../../../shared/security/cases.jsonl");

const { values } = parseArgs({
  options: {
    file: { type: "string", default: FILE },
    layer: { type: "string", multiple: true, default: [] },
    platform: { type: "string", multiple: true, default: [] },
    id: { type: "string", multiple: true, default: [] },
    runs: { type: "string" },
    minutes: { type: "string", default: "1" },
    model: { type: "string" },
    list: { type: "boolean", default: false },
    logs: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    inside: { type: "boolean", default: false },
  },
});

function chosen(cases: readonly Case[]): Case[] {
  const { layer, id, platform } = values;
  return cases
    .flatMap(onEachPlatform)
    .filter(
      (one) =>
        (platform.length === 0 || platform.includes(one.platform)) &&
        (layer.length === 0 || layer.includes(one.layer)) &&
        (id.length === 0 || id.some((start) => one.id.startsWith(start))),
    );
}

async function runAll(cases: readonly Case[], options: Options): Promise<Result[]> {
  const results: Result[] = [];
  for (const [place, given] of cases.entries()) {
    if (options.signal.aborted) break;
    const startedAt = performance.now();
    const runs = Number(values.runs ?? (given.layer === "model" ? 10 : 3));
    const outcomes: Outcome[] = [];
    for (let run = 0; run < runs; run += 1) {
      outcomes.push(await runCase(given, options));
      // What cannot be run cannot be run three times.
      if (outcomes.at(-1)?.kind === "not run") break;
    }
    const result = resultOf(given, outcomes, (performance.now() - startedAt) / 1_000);
    results.push(result);
    const rates = ratesOf(result);
    console.log(`[${place + 1}/${cases.length}] ${lineOf(result)}${rates === undefined ? "" : `; ${rates}`}`);
  }
  return results;
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!existsSync(values.file)) {
    console.log(`SKIPPED: there is no ${values.file}; name the cases with --file. Nothing was run.`);
    return 0;
  }
  const cases = chosen(readCases(values.file));
  if (values.list) {
    for (const { id, platform, layer, vector } of cases) console.log(`${id}  ${platform}  ${layer}  ${vector}`);
    return 0;
  }
  const why = values.inside ? undefined : whyNoNamespace();
  if (!values.inside && why === undefined) return runApart(script, [...process.argv.slice(2), "--inside"]);
  if (why !== undefined)
    console.log(
      `Without a network of its own (${why}) nothing can be said of names asked for and of the model's rules.`,
    );
  return runHere(cases);
}

async function runHere(cases: readonly Case[]): Promise<number> {
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort(new Error("Stopped")));
  const folder = mkdtempSync(join(tmpdir(), "hearth-cases-"));
  using sink = values.inside ? await openSink(folder) : undefined;
  try {
    const { minutes, model, logs } = values;
    const options = { sink, minutes: Number(minutes), model, logs, signal: stopping.signal };
    const results = await runAll(cases, options);
    console.log(`\n${summaryOf(results)}`);
    if (stopping.signal.aborted) return 130;
    return results.some(({ verdict }) => verdict.kind === "fail") ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
