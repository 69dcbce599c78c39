import type { Command, Question } from "./asking.ts";
import type { Box, Program } from "./box.ts";
import type { Case } from "./case.ts";
import type { Sink } from "./namespace.ts";
import type { Acme } from "./world.ts";

/** Says that a case cannot be run, since something it needs is not there. */
export class NotRun extends Error {}

/** What one run of a case happens on. */
export interface Stage {
  readonly case: Case;
  readonly box: Box;
  /** Discord with the company in it; none in cases of no platform. */
  readonly acme: Acme | undefined;
  readonly sink: Sink | undefined;
  /** Hearth, where it runs. */
  program: Program | undefined;
  readonly questions: Question[];
  /** Messages that the case gives a name, and all that were posted in a place. */
  readonly named: Map<string, { readonly id: string; readonly in: string }>;
  /** What is done in the background until the end. */
  readonly background: { readonly work: Promise<unknown>; stop(): void }[];
  /** Facts and texts that steps find out by themselves. */
  readonly facts: Record<string, unknown>;
  readonly texts: Record<string, string>;
  /** What the input was, where it is something that is answered. */
  input: Question | Command | undefined;
  /** Whether a check of the case looks at it, such as "proc.rss_mb_delta". */
  wants(what: string): boolean;
  /** The most that a long step may take. */
  readonly minutes: number;
  readonly signal: AbortSignal;
}

/** Hearth, started where it does not run yet. */
export async function started(stage: Stage): Promise<Program> {
  stage.program ??= await stage.box.start({ anyhow: mayFail(stage.case) });
  return stage.program;
}

/** A case about the start itself looks at what comes of it, whatever that is. */
function mayFail({ input }: Case): boolean {
  return "start" in input || "census" in input;
}

/** The company, where the case has one. */
export function acmeOf({ acme }: Stage): Acme {
  if (!acme) throw new NotRun("a chat platform");
  return acme;
}

/** What a check looks at, as it is named in facts: "on.field" or "on.op". */
export function soughtBy({
  on,
  field,
  op,
}: {
  readonly on: string;
  readonly field?: string | undefined;
  readonly op: string;
}): string {
  return `${on}.${field ?? op.replace(/_over$/, "")}`;
}
