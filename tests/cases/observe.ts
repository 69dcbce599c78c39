import { statSync } from "node:fs";
import type { Acme, Command, Question } from "./acme.ts";
import type { Observed } from "./check.ts";
import { filesUnder, type Prompt } from "./box.ts";
import { listening, peakBytes } from "./processes.ts";
import type { Stage } from "./stage.ts";
import { observeStore } from "./observe-store.ts";
import type { Measured } from "./watch.ts";

/** What is looked at when a run is over; `since` is how many prompts there were before the input. */
export async function observe(
  stage: Stage,
  { measured, since }: { readonly measured: Measured | undefined; readonly since: number },
): Promise<Observed> {
  const { box, facts, acme, program, input } = stage;
  const prompts = box.prompts().slice(since);
  const texts: Record<string, string> = {
    ...stage.texts,
    logs: box.logs(),
    ...promptTexts(prompts),
    ...(stage.wants("disk.contains") && { disk: box.bytesOnDisk() }),
  };
  if (acme && input) texts["reply"] = replyText(acme, input);
  const found: Record<string, unknown> = {
    ...facts,
    "prompt.system_turns": Math.max(
      0,
      ...prompts.map((one) => one.messages.filter(({ role }) => role === "system").length),
    ),
    // Just as the puppet counts: words with the space before them.
    "prompt.tokens": Math.max(
      0,
      ...prompts.map((one) => one.messages.reduce((sum, { text }) => sum + (text.match(/\S+/g)?.length ?? 0), 0)),
    ),
    ...(acme && chatFacts(stage, acme)),
    ...(program && { "proc.alive": await program.alive(), "proc.crash": program.crashes() > 0 }),
    ...(measured && {
      "proc.rss_mb_delta": measured.rssDelta,
      "proc.cpu_s": measured.cpu,
      ...(measured.blockMs !== undefined && { "proc.event_loop_block_ms": measured.blockMs }),
    }),
    ...(program && { "proc.rss_mb": peakBytes(program.processes().map(({ pid }) => pid)) / 1e6 }),
    ...(program && { "proc.starts_without_warning": !/"level":[456]0|^hearth: /m.test(box.logs()) }),
    ...netFacts(stage),
    ...fileFacts(stage),
  };
  if (stage.wants("prompt.system_turns") && prompts.length === 0) delete found["prompt.system_turns"];
  if (program) texts["ports"] = listening(program.processes().map(({ pid }) => pid)).join("\n");
  if (stage.sink) texts["net.names"] = stage.sink.names.join("\n");
  // A mark that was not put in cannot be missing.
  texts["rules marked"] = stage.sink ? "yes" : "no";
  const { texts: more, facts: others } = await observeStore(stage);
  return {
    sent: acme?.sent() ?? [],
    texts: { ...texts, ...more },
    facts: { ...found, ...others },
    platform: acme?.platform ?? "discord",
  };
}

function promptTexts(prompts: readonly Prompt[]): Record<string, string> {
  const of = (fits: (role: string) => boolean) =>
    prompts.flatMap(({ messages }) => messages.filter(({ role }) => fits(role)).map(({ text }) => text)).join("\n");
  return { prompt: of(() => true), "prompt_role:system": of((role) => role === "system") };
}

function replyText(acme: Acme, input: Question | Command): string {
  if (input.kind === "command") return input.text() ?? "";
  return acme
    .answersTo(input)
    .map(({ text }) => text)
    .join("\n");
}

function chatFacts({ questions, input, case: given, facts, box }: Stage, acme: Acme): Record<string, unknown> {
  const counts = questions.map((question) => acme.countAnswers(question));
  // What Hearth says at its start, of what it keeps, is no reply.
  const replies = acme.replies() - Number(facts["notices"] ?? 0);
  return {
    ...acme.facts(),
    "outbound.visible_replies": replies,
    "outbound.replies": replies,
    ...(input && {
      "outbound.replies_to_input":
        input.kind === "command" ? Number(input.text() !== undefined) : acme.countAnswers(input),
      // Of what a model did not write nobody knows how it ends.
      ...(box.prompts().length > 0 && { "outbound.final_text_complete": isComplete(acme, input, given.puppet) }),
    }),
    "outbound.duplicate_replies": counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    "outbound.lost_questions": counts.filter((count) => count === 0).length,
    // What no call met was no trouble for anybody.
    ...(acme.failed() > 0 && facts["waited s"] !== undefined && { "proc.question_wait_s": facts["waited s"] }),
  };
}

/** Whether all of what the puppet wrote stands there, once it is done. */
function isComplete(acme: Acme, input: Question | Command, puppet: unknown): boolean | undefined {
  if (!Array.isArray(puppet) || input.kind === "command") return undefined;
  const answers = acme.answersTo(input);
  return answers.every(({ isGrowing }) => !isGrowing) && replyText(acme, input).includes(String(puppet.at(-1)));
}

function netFacts({ sink, facts }: Stage): Record<string, unknown> {
  if (!sink) return {};
  return {
    "net.any_name_asked": sink.names.length > 0,
    "net.unexpected_names": [...new Set(sink.names)],
    "net.denied_packets": sink.lost() - Number(facts["lost before"] ?? 0),
  };
}

function fileFacts({ facts, box }: Stage): Record<string, unknown> {
  const outside = facts["outside"];
  const cores = filesUnder(box.folder).filter((path) => /\/core(?:\.\d+)?$/.test(path));
  return {
    ...(typeof outside === "string" && { "files.opened_outside_docs_root": statSync(outside).atimeMs > 2_000_000 }),
    "files.core_dump_written": cores.length > 0,
  };
}
