import { describe, expect, it } from "vitest";
import type { Hit } from "../../../src/chat.ts";
import { passage } from "../../helpers/scripted-brain.ts";
import { interacting } from "./interacting.ts";

describe("what could not be shared in a channel of Slack at first", () => {
  it.each(["reset", "commit-then-reset", 503] as const)(
    "is there once when it is pressed again (%s)",
    async (fault) => {
      const hits: readonly Hit[] = [{ passage: passage({ text: "28 days." }), score: 1 }];
      await using world = await interacting({ brain: { lookup: async () => hits } });
      const { slack, ada, ben, general } = world;
      await slack.slash({ by: ada, in: general, command: "/docs", text: "leave" });
      const told = (words: RegExp) =>
        slack.until(() => slack.visible({ to: ada, in: general }).find(({ text }) => words.test(text)));
      const { ts } = await told(/28 days/);
      slack.rest.fail({ method: "chat.postMessage", sequence: [fault] });
      const press = () => slack.press({ by: ada, in: general, message: ts, action: "h1:share:leave" });
      await press();
      await told(/^That did not work/);
      await press();
      await told(/^Shared\./);
      expect(slack.visible({ to: ben, in: general })).toHaveLength(1);
    },
  );
});
