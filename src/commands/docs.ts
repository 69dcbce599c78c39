import { planReport, statusReport, syncReport } from "../bots/terminal/docs-report.ts";
import type { Brain } from "../brain/brain.ts";
import { explainReport } from "../bots/terminal/explain-report.ts";
import { toJsonLine } from "../bots/terminal/plain.ts";
import { LONGEST_TEXT } from "../channel/protocol.ts";
import { UserError } from "../user-error.ts";
import { bringUpToDate, sync } from "./bring-up-to-date.ts";
import type { Surroundings } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { write } from "./write.ts";

/**
 * `hearth docs explain`: why a file is or is not found, and where it stands for a question. The exit code is 0 where it was read, else
 * 1. Throws a UserError for words that are no path.
 */
export async function runExplain(
  { path, question, json }: { readonly path: string; readonly question?: string; readonly json: boolean },
  { brain, surroundings }: { readonly brain: Brain; readonly surroundings: Surroundings },
): Promise<number> {
  const { out, signal } = surroundings;
  if (question !== undefined && question.length > LONGEST_TEXT) {
    throw new UserError(`The question has ${question.length} characters, more than ${LONGEST_TEXT}; shorten it`);
  }
  return unlessInterrupted(signal, async () => {
    await bringUpToDate(brain, surroundings);
    const explained = await brain.explain(path, { ...(question !== undefined && { question }), signal });
    await write(out, json ? toJsonLine(explained) : explainReport(explained), { signal });
    return explained.kind === "read" ? 0 : 1;
  });
}

/**
 * `hearth docs sync` reads what changed and reports it (exit code 1 where something could not be read); `hearth docs status` says
 * what the index holds without reading anything; the plan is what a sync would do.
 */
export async function runDocs(
  action: "sync" | "status" | "plan",
  { brain, surroundings }: { readonly brain: Brain; readonly surroundings: Surroundings },
): Promise<number> {
  const { out, signal } = surroundings;
  return unlessInterrupted(signal, async () => {
    if (action === "status") {
      await write(out, statusReport(await brain.status({ signal })), { signal });
      return 0;
    }
    if (action === "plan") {
      const planned = await brain.plan({ signal });
      await write(out, planReport(planned), { signal });
      return planned.report.failed.length > 0 ? 1 : 0;
    }
    const report = await sync(brain, surroundings);
    await write(out, syncReport(report, await brain.status({ signal })), { signal });
    return report.failed.length > 0 ? 1 : 0;
  });
}
