import { describe, expect, it, onTestFinished } from "vitest";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { connected, eventually } from "./slack-world.ts";

/** A core that never answers. */
function silentBrain() {
  const never = () => new Promise<never>(() => {});
  return scriptedBrain({ status: never, lookup: never });
}

describe.each(["socket", "http"] as const)("the adapter, by %s", (mode) => {
  it("answers /ask in the channel, with what was typed, and privately to the asker alone", async () => {
    const here = await connected({ settings: { mode }, emulator: { rates: "wide" } });
    onTestFinished(() => here[Symbol.asyncDispose]());
    const { slack, ada, ben, general, desk } = here;
    const signal = AbortSignal.timeout(10_000);
    const ask = (text: string) => slack.slash({ by: ada, in: general, command: "/ask", text });
    expect(await ask("How much leave?")).toMatchObject({ kind: "acked" });
    expect(await ask("private: What do I earn?")).toMatchObject({ kind: "acked" });
    const [open, closed] = await eventually(() => desk.asked.length === 2 && desk.asked);
    if (!open || !closed) throw new Error("Nothing was asked");
    await here.hearth().reply(open).finish({ markdown: "28 days.", buttons: [] }, { signal });
    await here.hearth().reply(closed).finish({ markdown: "Enough.", buttons: [] }, { signal });
    const seenBy = (to: string) => slack.visible({ to, in: general }).map(({ text }) => text);
    expect(seenBy(ben)).toEqual(["28 days."]);
    expect(seenBy(ada)).toEqual(expect.arrayContaining(["28 days.", "Enough."]));
    expect(slack.transcript.violations).toEqual([]);
  });

  it("acknowledges what takes long before it has begun", async () => {
    const here = await connected({
      settings: { mode },
      emulator: { rates: "wide" },
      options: { brain: silentBrain() },
    });
    onTestFinished(() => here[Symbol.asyncDispose]());
    const { slack, ada, general } = here;
    const acts = ["/hearth", "/docs"].map((command) => slack.slash({ by: ada, in: general, command, text: "status" }));
    expect(await Promise.all(acts)).toMatchObject([{ kind: "acked" }, { kind: "acked" }]);
    await slack.slash({ by: ada, in: general, command: "/docs" });
    await slack.until(() => slack.modal(ada));
  });
});
