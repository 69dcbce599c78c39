import { describe, expect, it } from "vitest";
import { eventually, openDiscordWorld } from "./discord-world.ts";

const texts = (world: {
  readonly desk: { readonly asked: readonly { readonly message: { readonly text: string } }[] };
}) => world.desk.asked.map(({ message }) => message.text);

describe("after a stop", () => {
  it("what was asked meanwhile is asked once, oldest first: in channels, threads, new places and direct messages", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const say = (place: string, text: string, mentionsBot = true) =>
      emulator.say({ by: acme.ann, in: place, text, mentionsBot });
    const thread = emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann });
    const dm = emulator.world.dm({ with: acme.ann });
    say(acme.general, "before");
    say(thread, "thread");
    say(dm, "privately", false);
    await eventually(() => world.desk.asked.length === 3);
    await world.restart({
      meanwhile() {
        for (let n = 0; n < 150; n++) say(acme.general, `noise ${n}`, false);
        for (let n = 0; n < 3; n++) say(acme.general, `general ${n}`);
        say(acme.leads, "leads");
        say(thread, "follow-up", false);
        say(dm, "more", false);
        const fresh = emulator.world.channel({ guild: acme.guild, name: "fresh" });
        say(fresh, "fresh");
        const forum = emulator.world.channel({ guild: acme.guild, name: "help", type: "forum" });
        say(emulator.world.thread({ in: forum, name: "post", by: acme.ann }), "post");
      },
    });
    const missed = texts(world).slice(3);
    expect(missed.toSorted()).toEqual(
      ["general 0", "general 1", "general 2", "leads", "follow-up", "more", "fresh", "post"].toSorted(),
    );
    expect(missed.filter((text) => text.startsWith("general"))).toEqual(["general 0", "general 1", "general 2"]);
    await world.restart();
    expect(world.desk.asked).toHaveLength(11);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("what was asked in a thread that was archived since is asked", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const thread = emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann });
    emulator.say({ by: acme.ann, in: thread, text: "before", mentionsBot: true });
    await world.question("before");
    await world.restart({
      meanwhile() {
        emulator.say({ by: acme.ann, in: thread, text: "follow-up" });
        emulator.world.archive({ thread });
      },
    });
    expect(texts(world)).toEqual(["before", "follow-up"]);
  });

  it("what was asked in a place that had been silent is asked", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const fresh = emulator.world.channel({ guild: acme.guild, name: "fresh" });
    const thread = emulator.world.thread({ in: acme.general, name: "silent", by: acme.ann });
    const other = emulator.world.guild({ name: "Other" });
    const there = emulator.world.channel({ guild: other, name: "there" });
    const bob = emulator.world.member({ guild: other, name: "bob" });
    await eventually(() => [fresh, thread, there].every((id) => world.inbox.seen("discord", id) !== undefined));
    await world.restart({
      meanwhile() {
        emulator.say({ by: acme.ann, in: fresh, text: "fresh", mentionsBot: true });
        emulator.say({ by: acme.ann, in: thread, text: "thread", mentionsBot: true });
        emulator.say({ by: bob, in: there, text: "there", mentionsBot: true });
      },
    });
    expect(texts(world).toSorted()).toEqual(["fresh", "there", "thread"]);
  });

  it("a command is not taken for a message that was deleted", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    await eventually(() => emulator.commands().length > 0);
    emulator.slash({ by: acme.ann, in: acme.general, name: "ask", options: { question: "how?" } });
    await world.question("how?");
    emulator.say({ by: acme.ann, in: acme.general, text: "hello" });
    await world.restart();
    expect(world.desk.revisions).toEqual([]);
  });

  it("nothing is read again where nothing was said", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    emulator.say({ by: acme.ann, in: acme.general, text: "before", mentionsBot: true });
    await world.question("before");
    const last = emulator.say({ by: acme.ann, in: acme.leads, text: "not for Hearth" });
    await eventually(() => world.inbox.seen("discord", acme.leads) === last);
    emulator.transcript.clear();
    await world.restart();
    const read = emulator.transcript.entries.filter(
      (entry) => entry.kind === "rest" && entry.method === "GET" && entry.path.endsWith("/messages"),
    );
    // The question's own channel is looked at for edits and deletions.
    expect(read.map((entry) => entry.kind === "rest" && entry.path)).toEqual([`/channels/${acme.general}/messages`]);
  });

  it("what lies where Hearth may not look is left alone", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    emulator.say({ by: acme.ann, in: acme.general, text: "before", mentionsBot: true });
    await world.question("before");
    const hide = (deny: boolean) =>
      emulator.world.setOverwrite({
        channel: acme.leads,
        of: emulator.bot,
        [deny ? "deny" : "allow"]: ["VIEW_CHANNEL"],
      });
    await world.restart({
      meanwhile() {
        hide(true);
        emulator.say({ by: acme.ann, in: acme.leads, text: "hidden", mentionsBot: true });
        emulator.transcript.clear();
      },
    });
    expect(
      emulator.transcript.entries.filter((entry) => entry.kind === "rest" && entry.path.includes(acme.leads)),
    ).toEqual([]);
    await world.restart({ meanwhile: () => hide(false) });
    expect(texts(world)).toEqual(["before"]);
  });

  it("what was said before Hearth came is none of its business", async () => {
    await using world = await openDiscordWorld({
      prepare(emulator, acme) {
        emulator.say({ by: acme.ann, in: acme.general, text: "long ago", mentionsBot: true });
      },
    });
    expect(world.desk.asked).toEqual([]);
  });

  it("edits and deletions of what was asked are followed", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const say = (text: string) => emulator.say({ by: acme.ann, in: acme.general, text, mentionsBot: true });
    const [kept, edited, deleted] = [say("kept"), say("edited"), say("deleted")];
    await eventually(() => desk.asked.length === 3);
    await world.restart({
      meanwhile() {
        emulator.edit({ message: edited, in: acme.general, text: "says something else" });
        emulator.remove({ message: deleted, in: acme.general });
      },
    });
    const conversation = { platform: "discord", space: acme.guild, channel: acme.general };
    expect(desk.revisions).toEqual([
      { conversation, ids: [deleted] },
      { conversation, ids: [edited], text: "says something else" },
    ]);
    expect(kept).toBeDefined();
  });

  it("what was asked in a thread or channel that is gone is gone", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const thread = emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann });
    const inThread = emulator.say({ by: acme.ann, in: thread, text: "in a thread", mentionsBot: true });
    const inChannel = emulator.say({ by: acme.ann, in: acme.leads, text: "in a channel", mentionsBot: true });
    await eventually(() => desk.asked.length === 2);
    await world.restart({
      meanwhile() {
        emulator.world.deleteChannel({ channel: thread });
        emulator.world.deleteChannel({ channel: acme.leads });
      },
    });
    const place = { platform: "discord", space: acme.guild } as const;
    expect(desk.revisions).toEqual([
      { conversation: { ...place, channel: acme.general, thread }, ids: [inThread] },
      { conversation: { ...place, channel: acme.leads }, ids: [inChannel] },
    ]);
  });

  it("a channel that cannot be read is read later", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    emulator.say({ by: acme.ann, in: acme.general, text: "before", mentionsBot: true });
    await world.question("before");
    const path = `/channels/${acme.general}/messages`;
    await world.restart({
      meanwhile() {
        emulator.say({ by: acme.ann, in: acme.general, text: "missed", mentionsBot: true });
        emulator.rest.fail({ method: "GET", path, sequence: [500, 500, 500, 500, 500, 500] });
      },
    });
    emulator.say({ by: acme.ann, in: acme.general, text: "now", mentionsBot: true });
    await world.question("now");
    expect(texts(world)).toEqual(["before", "now"]);
    await world.restart();
    expect(texts(world)).toEqual(["before", "now", "missed"]);
  });

  it("a question that cannot be written down is asked when it can", async () => {
    const disk = { isFull: false, refusals: 0 };
    await using world = await openDiscordWorld();
    const { emulator, acme, desk } = world;
    const ask = desk.ask.bind(desk);
    desk.ask = (asked) => {
      if (disk.isFull) {
        disk.refusals++;
        throw new Error("disk full");
      }
      return ask(asked);
    };
    emulator.say({ by: acme.ann, in: acme.general, text: "before", mentionsBot: true });
    await world.question("before");
    disk.isFull = true;
    emulator.say({ by: acme.ann, in: acme.general, text: "refused", mentionsBot: true });
    emulator.say({ by: acme.ann, in: acme.general, text: "small talk" });
    await eventually(() => disk.refusals > 0);
    disk.isFull = false;
    emulator.say({ by: acme.ann, in: acme.general, text: "after", mentionsBot: true });
    await world.question("after");
    await world.restart();
    expect(texts(world)).toEqual(["before", "after", "refused"]);
  });
});
