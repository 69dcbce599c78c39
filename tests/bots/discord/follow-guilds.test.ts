import { Events } from "discord.js";
import { expect, it, onTestFinished } from "vitest";
import { followGuilds } from "../../../src/bots/discord/follow-guilds.ts";
import { createPlaces } from "../../../src/bots/discord/places.ts";
import { silentLog } from "../../../src/log.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { connected } from "./connected.ts";
import { eventually, recordingDesk } from "./discord-world.ts";

it("what was said in a channel that is gone is forgotten, its private threads' talk too, and again where that failed", async () => {
  const here = await connected();
  onTestFinished(() => here[Symbol.asyncDispose]());
  const { client, channel, emulator, inbox, mod, settings } = here;
  const thread = emulator.world.thread({
    in: channel,
    name: "hidden",
    by: mod,
    private: true,
    members: [mod, emulator.bot],
  });
  const gone = await eventually(() => client.channels.cache.has(thread) && client.channels.cache.get(channel));
  const desk = { ...recordingDesk(inbox), talk: here.talk.talk };
  const place = { platform: "discord", space: here.guild } as const;
  const { signal } = new AbortController();
  for (const of of [channel, thread]) await desk.talk.switchOn({ ...place, channel: of }, { by: mod, signal });
  let fails = 2;
  const forgotten: object[] = [];
  const brain = scriptedBrain({
    async forget(of) {
      if (fails-- > 0) throw new Error("The core is away");
      forgotten.push(of);
      return { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };
    },
  });
  followGuilds(client, {
    inbox,
    brain,
    desk,
    places: createPlaces(client, { settings, inbox }),
    log: silentLog(),
    signal,
  });
  // Discord says nothing of the threads of a channel that was deleted.
  if (gone.isDMBased() || gone.isThread()) throw new Error("no channel of a guild");
  client.emit(Events.ChannelDelete, gone);
  await eventually(() => forgotten.length === 2);
  await eventually(() => !desk.talk.keeps({ ...place, channel }) && !desk.talk.keeps({ ...place, channel: thread }));
  expect(forgotten).toEqual(
    expect.arrayContaining([
      { ...place, channel },
      { ...place, channel, thread },
    ]),
  );
});
