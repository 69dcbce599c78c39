import { z } from "zod";
import type { Breaking, Steps } from "../acme.ts";
import { NotRun, started } from "../stage.ts";
import type { SlackWorld } from "./world.ts";

const text = z.string();

/** What only people of Slack do. */
export function slackSteps({ emulator, other, person, place }: SlackWorld): Steps {
  const { world } = emulator;
  return {
    async member(given, stage) {
      const { channel, add, remove } = z
        .object({ channel: text, add: text.optional(), remove: text.optional() })
        .parse(given);
      await started(stage);
      if (remove !== undefined) world.leave({ channel: place(channel), user: person(remove) });
      if (add !== undefined) world.join({ channel: place(channel), user: person(add) });
    },
    async channel(given, stage) {
      const { id, is_ext_shared: isShared } = z.strictObject({ id: text, is_ext_shared: z.boolean() }).parse(given);
      await started(stage);
      const change = { channel: place(id), with: other.id };
      // What is shared already is told once more.
      if (isShared) world.share(change);
      else world.unshare(change);
    },
  };
}

/** What breaks the socket, as the case says it. */
export function breakingSocket({ emulator }: SlackWorld, given: Readonly<Record<string, unknown>>): Breaking {
  const {
    socket: how,
    every_s: seconds,
    n: times,
  } = z.object({ socket: text.optional(), every_s: z.number().default(1), n: z.int().default(1) }).parse(given);
  if (how !== "refresh_requested" && how !== "warning")
    throw new NotRun(`a fault of Slack's connection of the kind ${how ?? "that it names"}`);
  return { times, pauseMs: seconds * 1_000, act: () => emulator.sockets.disconnect(how) };
}
