import type { Acme, Command, Question, Written } from "./acme.ts";
import type { Box, Program } from "./box.ts";
import type { Case } from "./case.ts";
import type { Sink } from "./namespace.ts";

/** Says that a case cannot be run, since something it needs is not there. */
export class NotRun extends Error {}

/** How long Hearth may take until it says in its channels that it keeps what is said there. */
const NOTICE_MS = 20_000;

/** What one run of a case happens on. */
export interface Stage {
  readonly case: Case;
  readonly box: Box;
  /** A chat platform with the company in it; none in cases of no platform. */
  readonly acme: Acme | undefined;
  readonly sink: Sink | undefined;
  /** Hearth, where it runs. */
  program: Program | undefined;
  readonly questions: Question[];
  /** Messages that the case gives a name, and all that were posted in a place. */
  readonly named: Map<string, Written>;
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
  if (stage.program) return stage.program;
  stage.program = await stage.box.start({ anyhow: mayFail(stage.case) });
  await whenListening(stage);
  return stage.program;
}

/** Where Hearth keeps what is said it says so first; what is said before that is not kept. */
async function whenListening({ acme, box, facts }: Stage): Promise<void> {
  const channels: unknown = Object(box.configuration["memory"]).channels;
  if (!acme || !Array.isArray(channels)) return;
  await acme.until(() => acme.posts().length >= channels.length, NOTICE_MS).catch(() => {});
  facts["notices"] ??= acme.posts().length;
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
