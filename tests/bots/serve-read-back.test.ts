import { expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { createDesk } from "../../src/bots/serve.ts";
import { silentLog } from "../../src/log.ts";
import { asked } from "../contracts/inbox.ts";
import { fakePlatform } from "../helpers/fake-platform.ts";
import { scriptedBrain } from "../helpers/scripted-brain.ts";

it("All that one person asked while nobody listened is answered, and nothing of it refused", async () => {
  using inbox = openInbox({ path: ":memory:", log: silentLog() });
  const ids = ["1", "2", "3", "4", "5"];
  const platform = fakePlatform({
    async start(desk) {
      for (const id of ids) expect(desk.ask(asked({ id }))).toBe(true);
    },
  });
  await using desk = createDesk({
    brain: scriptedBrain(),
    inbox,
    platforms: [platform],
    settings: { linkHosts: [], sourceChanged: "mark", apologyHours: 6, askHuman: [] },
    log: silentLog(),
    now: () => Date.parse(asked().message.sentAt) + 10 * 60_000,
    queue: { atOnce: 1 },
  });
  await desk.start({ signal: AbortSignal.timeout(20_000) });
  for (const id of ids) expect((await platform.whenFinished(id)).markdown).toContain("28 days");
});
