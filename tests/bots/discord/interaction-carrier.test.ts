import { describe, expect, it } from "vitest";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import type { Asked, Posted } from "../../../src/bots/platform.ts";
import { createApi } from "../../../src/bots/discord/api.ts";
import { createInteractionCarrier, doorOf } from "../../../src/bots/discord/interaction-carrier.ts";
import { toMessage } from "../../../src/bots/discord/to-discord.ts";
import { connected } from "./connected.ts";

type World = Awaited<ReturnType<typeof connected>>;

function carrierFor({ client, inbox, emulator }: World, asked: Asked) {
  const door = doorOf(asked);
  if (!door) throw new Error("That question came by no interaction");
  const carrying = { api: createApi(client.rest), inbox, selfId: () => emulator.bot };
  return createInteractionCarrier(carrying, asked, { job: jobOf(asked), door });
}

const signal = new AbortController().signal;
const body = toMessage({ markdown: "28 days.", buttons: [] });

describe("an answer to a command", () => {
  it("that is there before the acknowledgement waits for it", async () => {
    const posted = Promise.withResolvers<Posted>();
    await using here: World = await connected({
      // In the same turn of the event loop as the acknowledgement, and before it.
      ask(asked) {
        carrierFor(here, asked).post(0, body, { signal }).then(posted.resolve, posted.reject);
        return true;
      },
      emulator: { rates: "wide" },
    });
    const used = here.emulator.slash({ by: here.ann, in: here.channel, name: "ask", options: { question: "Leave?" } });
    expect(await posted.promise).toMatchObject({ id: used.original?.id });
    expect(used.content).toBe("28 days.");
    expect(here.emulator.transcript.violations).toEqual([]);
  });

  it.each([true, false])("that nobody acknowledged in time is an ordinary message (private: %s)", async (isPrivate) => {
    const asks: Asked[] = [];
    await using here = await connected({ emulator: { answerMs: 1 }, ask: (asked) => asks.push(asked) > 0 });
    const { emulator, ann, channel } = here;
    const options = { question: "Leave?", private: isPrivate };
    const used = emulator.slash({ by: ann, in: channel, name: "ask", options });
    await emulator.until(() => used.state === "late" && asks.length > 0);
    const [asked] = asks;
    if (!asked) throw new Error("Nothing was asked");
    const carrier = carrierFor(here, asked);
    const posted = await carrier.post(0, body, { signal });
    const place = isPrivate ? emulator.world.dm({ with: ann }) : channel;
    expect(emulator.history(place).map(({ id, content }) => [id, content])).toEqual([[posted.id, "28 days."]]);
    // After a kill it is known where the answer went.
    const again = await carrierFor(here, asked).next({ signal });
    expect(again?.posted().get(0)?.id).toBe(posted.id);
  });
});
