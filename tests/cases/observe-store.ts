import type { Program, Status } from "./box.ts";
import { topics } from "./machine-steps.ts";
import type { Stage } from "./stage.ts";
import { countHolding, loadFound, loadWords, rowsUnder, whatIsFound } from "./store.ts";

const SAID = /memory\.sqlite$|answers\.sqlite$/;

/** What is there before the input, so that one sees what it changes. */
export async function noteBefore(stage: Stage): Promise<void> {
  const { program, box, facts } = stage;
  if (!program) return;
  if (looksAt(stage, "disk_effect") || looksAt(stage, "store"))
    facts["memory before"] = rowsUnder(box.data, SAID).length;
  if (!looksAt(stage, "store")) return;
  facts["passages before"] = (await program.status())?.passages;
  facts["handbook before"] = await handbook(program);
}

/** A document that no case touches. */
async function handbook(program: Program): Promise<string> {
  return JSON.stringify(await whatIsFound(program, ["handbookword"]));
}

export function looksAt({ case: { must, must_not: mustNot } }: Stage, on: string): boolean {
  return [...must, ...mustNot].some((check) => check.on === on);
}

/** What is kept, and what became of it. */
export async function observeStore(
  stage: Stage,
): Promise<{ readonly texts: Record<string, string>; readonly facts: Record<string, unknown> }> {
  const { program } = stage;
  if (!program) return { texts: {}, facts: {} };
  const status = await program.status();
  const isUp = status !== undefined;
  return {
    texts: {
      ...(looksAt(stage, "disk_effect") && effects(stage)),
      ...(looksAt(stage, "disk_index") && isUp && { disk_index: await indexed(stage, program) }),
    },
    facts: {
      ...(looksAt(stage, "store") && (await kept(stage, program, status))),
      ...(looksAt(stage, "store") && (await afterDamage(stage, program))),
      ...(looksAt(stage, "store") && (await afterLoad(stage))),
      ...(looksAt(stage, "health") && (await health(stage, program, status))),
      ...(looksAt(stage, "queue") && { "queue.orphans": openQuestions(stage) }),
    },
  };
}

/** Nothing can be seen to be deleted where nothing was kept. */
function effects({ box, facts }: Stage): Record<string, string> {
  const before = Number(facts["memory before"] ?? 0);
  if (before === 0) return {};
  return { disk_effect: rowsUnder(box.data, SAID).length < before ? "memory_deleted" : "memory is as it was" };
}

/** The index's own bytes, and what a search in it gives for what the case fears to be in it. */
async function indexed({ box, case: { must, must_not: mustNot } }: Stage, program: Program): Promise<string> {
  const feared = [...must, ...mustNot].filter(({ on }) => on === "disk_index").map(({ v }) => String(v));
  const found = await Promise.all(feared.map((words) => program.lookup(words)));
  return [box.bytesOnDisk("knowledge"), JSON.stringify(found)].join("\n");
}

async function kept(stage: Stage, program: Program, status: Status | undefined): Promise<Record<string, unknown>> {
  const { box, facts, named, case: given } = stage;
  const sought = [...given.must, ...given.must_not].flatMap(({ field = "" }) => field);
  const rows = rowsUnder(box.data, /\.sqlite$/);
  const said = rows.filter(({ file }) => SAID.test(file));
  const counts = sought.flatMap((field): [string, number][] => {
    const [what, value = ""] = field.split(":");
    if (what === "rows_for_message") return [[`store.${field}`, countHolding(said, named.get(value)?.id ?? value)]];
    return what === "rows_matching" ? [[`store.${field}`, countHolding(rows, value)]] : [];
  });
  const passages = Number(facts["passages before"] ?? Number.NaN) - (status?.passages ?? Number.NaN);
  const fewer = Number(facts["memory before"] ?? 0) - said.length;
  return {
    ...Object.fromEntries(counts),
    ...(Number.isFinite(passages) && { "store.rows_deleted": Math.max(0, passages) + Math.max(0, fewer) }),
    ...(facts["handbook before"] !== undefined && {
      "store.other_docs_rows_unchanged": facts["handbook before"] === (await handbook(program)),
    }),
  };
}

/** After a damage: whether what is found is what the documents say, or else whether the log says that it is not. */
async function afterDamage({ facts, box }: Stage, program: Program): Promise<Record<string, unknown>> {
  const before = facts["rows before"];
  if (before === undefined || typeof before !== "object" || before === null) return {};
  const after = await whatIsFound(program, topics());
  const pairs = Object.entries(before).map(([word, text]) => ({ text: String(text), now: after[word] ?? "" }));
  const isSaid = /damaged|rebuil/i.test(box.logs());
  const wrong = pairs.filter(({ text, now }) => now !== "" && now !== text).length;
  const missing = pairs.filter(({ now }) => now === "").length;
  return {
    "store.silent_wrong_rows": isSaid ? 0 : wrong,
    "store.silent_missing_rows": isSaid ? 0 : missing,
    "store.rows_equal_ledger_after_rebuild": wrong === 0 && missing === 0,
  };
}

/** After documents were changed all the time, and processes killed or the disk full: each is found, and all of it is of one revision. */
async function afterLoad(stage: Stage): Promise<Record<string, unknown>> {
  const { box, case: given, facts } = stage;
  if (!("kill9" in given.input || "disk" in given.input)) return {};
  const words = loadWords(box);
  const found = await loadFound(stage);
  const before = facts["found when full"];
  const isMissing = (word: string) => found[word] === undefined;
  const mixed = Object.values(found).filter((text) => new Set(text.match(/revision\d+x/g)).size > 1).length;
  return {
    "store.docs_missing": words.filter(isMissing).length,
    // What was found once had been taken in; after a kill, all that stands in the folder is to be.
    "store.acked_docs_lost": (Array.isArray(before) ? before.map(String) : words).filter(isMissing).length,
    "store.mixed_revisions": mixed,
    "documents found when full": before,
  };
}

async function health(stage: Stage, program: Program, status: Status | undefined): Promise<Record<string, unknown>> {
  const { box } = stage;
  if (!status) return {};
  const isFound = (await program.lookup("handbookword")).length > 0;
  const writes = status.model.kind === "ready" && status.model.writes === true;
  return {
    "health.chat_state": isFound ? (writes ? "ok" : "degraded_search_only") : "down",
    "health.search_state": (await whatIsFound(program, ["topic7"]))["topic7"] ? "ok" : "down",
    ...(stage.facts["ingests"] !== undefined && {
      "health.ingest_state": stage.facts["ingests"] === true ? "ok_after_30s" : `not ok: ${box.logs().slice(-200)}`,
    }),
  };
}

/** Questions in the edge's inbox that nobody has finished, though nothing is in hand. */
function openQuestions({ box }: Stage): number {
  const rows = rowsUnder(box.data, /edge\/.*\.sqlite$/).filter(({ table }) => table === "questions");
  return rows.filter(({ values }) => values.some((value) => String(value).includes("hello number"))).length;
}
