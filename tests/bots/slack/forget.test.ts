import { describe, expect, it } from "vitest";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import { createPlaces } from "../../../src/bots/slack/places.ts";
import { silentLog } from "../../../src/log.ts";

const [space, channel, other] = ["T0ACME", "C0GENERAL", "C0GENERAL2"];

/** An inbox that knows of threads in two channels. */
function known() {
  const inbox = openInbox({ path: ":memory:", log: silentLog() });
  const places = createPlaces(inbox);
  for (const of of [channel, other]) {
    places.join({ team: space, channel: of, thread: "1700000000.000100" });
    inbox.see("slack", of, "1700000000.000200");
  }
  return inbox;
}

describe("what is forgotten of Slack", () => {
  it("is with a channel its threads too, and nothing of another", () => {
    using inbox = known();
    inbox.forget({ platform: "slack", space, channel });
    expect(inbox.joined("slack").map((one) => one.channel)).toEqual([`${other}/1700000000.000100`]);
    expect([channel, other].map((one) => inbox.seen("slack", one))).toEqual([undefined, "1700000000.000200"]);
  });

  it("is with a workspace up to where its channels were read", () => {
    using inbox = known();
    inbox.forget({ platform: "slack", space });
    expect(inbox.joined("slack")).toEqual([]);
    expect([channel, other].map((one) => inbox.seen("slack", one))).toEqual([undefined, undefined]);
  });
});
