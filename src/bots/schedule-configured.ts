import { createHash } from "node:crypto";
import type { ConfiguredDigest } from "../config-talk.ts";
import { UserError } from "../user-error.ts";
import type { NewSchedule, ScheduleTarget } from "./schedule.ts";
import { problemOf } from "./schedule-times.ts";
import { readWhen } from "./schedule-words.ts";

/** The digests that the configuration names; one that is written in the same way is the same. Throws a UserError with line and cure. Pure. */
export function configuredSchedules(
  digests: readonly ConfiguredDigest[],
  { zone: machine }: { readonly zone: string },
): readonly (NewSchedule & { readonly id: string })[] {
  return digests.map((digest, index) => {
    const { place, when, zone = machine, quiet, at } = digest;
    const named = `${at}: digests[${index}]`;
    const read = readWhen(when);
    if ("refusal" in read) throw new UserError(`${named}.when cannot be used: ${read.refusal.replaceAll("`", '"')}`);
    const problem = problemOf({ cron: read.cron, zone });
    if (problem !== undefined) throw new UserError(`${named} cannot be used: ${problem}; correct when or zone`);
    const schedule = {
      place,
      when,
      cron: read.cron,
      zone,
      target: targetOf(digest, named),
      quiet,
      by: "configuration",
    };
    return { ...schedule, id: `c${shortHash(JSON.stringify(schedule))}` };
  });
}

function targetOf({ to, place }: ConfiguredDigest, named: string): ScheduleTarget {
  if (to === "same") return { kind: "here" };
  if (!("platform" in to)) return { kind: "people", ids: to };
  if (to.platform === place.platform && to.space === place.space) return { kind: "place", place: to };
  throw new UserError(`${named}.to is in another server or workspace than place; name a channel of the same one`);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
