import { expect, it } from "vitest";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Asked } from "../../../src/bots/platform.ts";
import { createKept } from "../../../src/bots/slack/kept.ts";
import { silentLog } from "../../../src/log.ts";

const TS = `${Math.floor(Date.now() / 1_000)}.000100`;

function question(channel: string, author: string): Asked {
  const conversation = { platform: "slack", space: "T0ACME", channel, thread: TS } as const;
  const message = { id: TS, conversation, author: { id: author, name: "x", isBot: false }, text: "", sentAt: "" };
  return { id: `${channel}:${TS}`, platform: "slack", message, seenBy: "place", files: [], route: {} };
}

it("which messages were asked in is forgotten with a person, a channel or a workspace, on the disk at once", () => {
  using inbox = openInbox({ path: ":memory:", log: silentLog() });
  using kept = createKept(inbox);
  const fill = () => {
    kept.add(question("C0GENERAL", "T0ACME:U0ADA"));
    kept.add(question("C0RANDOM", "T0ACME:U0BEN"));
  };
  const left = () => ["C0GENERAL", "C0RANDOM"].map((channel) => kept.in(channel).length);
  fill();
  kept.forget({ platform: "slack", space: "T0ACME", askerId: "T0ACME:U0ADA" });
  expect(left()).toEqual([0, 1]);
  expect(inbox.noted("slack", "asked")).not.toContain("C0GENERAL");
  fill();
  kept.forget({ platform: "slack", space: "T0ACME", channel: "C0RANDOM" });
  expect(left()).toEqual([1, 0]);
  kept.forget({ platform: "slack", space: "T0OTHER" });
  expect(left()).toEqual([1, 0]);
  kept.forget({ platform: "slack", space: "T0ACME" });
  expect(left()).toEqual([0, 0]);
  expect(inbox.noted("slack", "asked")).toBe("[]");
});
