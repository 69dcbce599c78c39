import { expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { clientOf, populate, startSocketApp } from "./bolt-app.ts";

it("holds two thousand questions, each brought one to four times in any order", { timeout: 60_000 }, async () => {
  await using slack = await openSlackEmulator({
    rates: "wide",
    lean: true,
    bounds: { ackMs: 30_000, historyCap: 2_000 },
  });
  const { acme, ada, general } = populate(slack);
  const came = new Map<string, number>();
  let times = 0;
  await using _ = await startSocketApp(
    slack,
    (app) =>
      app.message(async ({ body }) => {
        times += 1;
        came.set(body.event_id, (came.get(body.event_id) ?? 0) + 1);
      }),
    { token: acme.token, pingTimeoutMs: 20_000 },
  );
  slack.deliveries.disorder({ copies: () => 1 + Math.floor(Math.random() * 4), delayMs: () => Math.random() * 50 });
  for (let i = 0; i < 2_000; i += 1) slack.say({ by: ada, in: general, text: `question ${i}` });
  await slack.until(() => came.size === 2_000, 50_000);
  const web = clientOf(slack, acme.token);
  const { messages } = await web.conversations.history({ channel: general, limit: 999 });
  expect(messages).toHaveLength(999);
  expect(times).toBeGreaterThan(4000);
});
