import { readFileSync } from "node:fs";
import { z } from "zod";

const check = z.strictObject({
  on: z.string(),
  op: z.string(),
  v: z.unknown(),
  field: z.string().optional(),
  to: z.string().optional(),
});

const step = z.record(z.string(), z.unknown());

const schema = z.object({
  id: z.string(),
  class: z.string(),
  vector: z.string(),
  platform: z.enum(["slack", "discord", "web", "none", "any"]),
  layer: z.enum(["code", "model", "box"]),
  sev: z.string(),
  setup: z.array(step).default([]),
  input: step,
  puppet: z.unknown().optional(),
  must_not: z.array(check).default([]),
  must: z.array(check).default([]),
});

/** What is looked at, and what it has to be, or must not be. */
export type Check = z.output<typeof check>;

/** One thing that somebody does, or that happens: its name, and what it takes. */
export type Step = z.output<typeof step>;

/** One attack or fault: what is done first, what is then done, and what must and must not come of it. */
export type Case = z.output<typeof schema>;

/** The cases of a file, one a line. Throws with the line that is none. */
export function readCases(path: string): Case[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const parsed = schema.safeParse(JSON.parse(line));
    if (!parsed.success) throw new Error(`${path}:${index + 1} is no case: ${z.prettifyError(parsed.error)}`);
    return [parsed.data];
  });
}

/** A case for each chat platform that it is to be run on. Pure. */
export function onEachPlatform(given: Case): Case[] {
  if (given.platform !== "any") return [given];
  return (["discord", "slack"] as const).map((platform) => ({ ...given, platform }));
}
