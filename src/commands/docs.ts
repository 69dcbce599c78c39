import { statusReport, syncReport } from "../bots/terminal/docs-report.ts";
import type { Brain } from "../brain/brain.ts";
import { sync } from "./bring-up-to-date.ts";
import type { Surroundings } from "./command.ts";
import { unlessInterrupted } from "./interrupted.ts";
import { write } from "./write.ts";

/**
 * `hearth docs sync` reads what changed and reports it (exit code 1 where something could not be read); `hearth docs status` says
 * what the index holds without reading anything.
 */
export async function runDocs(
  action: "sync" | "status",
  { brain, surroundings }: { readonly brain: Brain; readonly surroundings: Surroundings },
): Promise<number> {
  const { out, signal } = surroundings;
  return unlessInterrupted(signal, async () => {
    if (action === "status") {
      await write(out, statusReport(await brain.status({ signal })), { signal });
      return 0;
    }
    const report = await sync(brain, surroundings);
    await write(out, syncReport(report, await brain.status({ signal })), { signal });
    return report.failed.length > 0 ? 1 : 0;
  });
}
