import { describe, expect, it } from "vitest";
import type { TalkMessage } from "../../../src/chat.ts";
import { SLACK_RATES } from "../../../src/bots/slack/scheduler.ts";
import { connected, eventually } from "./slack-world.ts";

const LONG_AGO = "2020-01-01T00:00:00.000Z";

type World = Awaited<ReturnType<typeof connected>>;
interface Page {
  readonly messages: readonly TalkMessage[];
  readonly cursor: string;
}

/** All pages, or the first so many. */
async function read(
  { hearth, acme, general }: World,
  options: { readonly since?: string; readonly thread?: string; readonly cursor?: string; readonly most?: number } = {},
): Promise<Page[]> {
  const { most = Infinity, since = LONG_AGO, ...rest } = options;
  const place = { platform: "slack", space: acme.id, channel: general } as const;
  const pages: Page[] = [];
  const signal = AbortSignal.timeout(20_000);
  for await (const page of hearth().history(place, { since, ...rest, signal })) {
    pages.push(page);
    if (pages.length >= most) break;
  }
  return pages;
}

const textsOf = (pages: readonly Page[]) => pages.flatMap(({ messages }) => messages.map(({ text }) => text));

describe("what was said before", { timeout: 30_000 }, () => {
  it("comes from the newest back, with threads, reactions and names, and without what Hearth and Slack said", async () => {
    await using world = await connected();
    const { slack, acme, ada, ben, general } = world;
    const root = slack.say({ by: ada, in: general, text: "Where do we eat?" });
    const reply = slack.say({ by: ben, in: general, thread: root, text: "Pizza" });
    slack.say({ by: acme.bot, in: general, thread: root, text: "28 days" });
    slack.world.join({ channel: general, user: slack.world.user({ team: acme.id, name: "carl" }) });
    const last = slack.say({ by: ben, in: general, text: "Agreed" });
    for (const by of [ada, ben]) slack.react({ by, in: general, message: last, name: "tada" });
    slack.react({ by: ada, in: general, message: last, name: "+1" });
    const messages = (await read(world)).flatMap((page) => page.messages);
    const byId = new Map(messages.map((message) => [message.id, message]));
    expect([...byId.keys()].toSorted()).toEqual([root, reply, last]);
    expect(byId.get(root)).toMatchObject({ author: { name: "ada" } });
    expect(byId.get(root)?.conversation).toEqual({ platform: "slack", space: acme.id, channel: general });
    expect(byId.get(reply)?.conversation.thread).toBe(root);
    expect(byId.get(last)?.reactions).toBe(2);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("goes on where a page said that the next begins, and ends where it is to", async () => {
    await using world = await connected();
    const { slack, ada, general } = world;
    slack.say({ by: ada, in: general, text: "too old" });
    const since = await eventually(() => {
      const { ts } = slack.history(general)[0] ?? { ts: "" };
      return new Date((Math.floor(Number(ts)) + 1) * 1_000).toISOString();
    });
    await eventually(() => Date.now() > Date.parse(since), 3_000);
    for (let i = 0; i < 450; i++) slack.say({ by: ada, in: general, text: `${i}` });
    const [first] = await read(world, { since, most: 1 });
    expect(first?.messages).toHaveLength(200);
    const rest = await read(world, { since, cursor: first?.cursor ?? "" });
    const all = new Set([...textsOf(first ? [first] : []), ...textsOf(rest)]);
    expect(rest[0]?.messages.at(-1)?.text).toBe("249");
    expect(all.size).toBe(450);
    expect(all.has("too old")).toBe(false);
  });

  it("is of one thread alone, from its beginning, page by page", async () => {
    await using world = await connected();
    const { slack, ada, ben, general } = world;
    const root = slack.say({ by: ada, in: general, text: "root" });
    slack.say({ by: ada, in: general, text: "elsewhere" });
    for (let i = 0; i < 250; i++) slack.say({ by: ben, in: general, thread: root, text: `${i}` });
    const pages = await read(world, { thread: root });
    const texts = new Set(textsOf(pages));
    expect(texts.size).toBe(251);
    expect(texts.has("elsewhere")).toBe(false);
    expect(textsOf(pages)[0]).toBe("root");
    const [first] = pages;
    const rest = textsOf(await read(world, { thread: root, cursor: first?.cursor ?? "" }));
    expect(rest.at(-1)).toBe("249");
    expect(rest.length).toBeLessThan(100);
  });

  it("waits as long as Slack asks for, and meanwhile what is asked is answered", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    slack.say({ by: ada, in: general, text: "before" });
    const limits = slack.rest.fail({
      method: "conversations.history",
      sequence: Array.from({ length: 100 }, () => ({ retryAfter: 60 })),
    });
    const closing = new AbortController();
    const place = { platform: "slack", space: acme.id, channel: general } as const;
    const reading = (async () => {
      for await (const _ of world.hearth().history(place, { since: LONG_AGO, signal: closing.signal })) break;
    })();
    reading.catch(() => {});
    await slack.until(() => slack.transcript.calls("conversations.history").some(({ retryAfter }) => retryAfter));
    const begun = performance.now();
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> how much leave?` });
    const asked = await eventually(() => desk.asked[0]);
    const signal = AbortSignal.timeout(10_000);
    await world.hearth().clearance(asked, { signal });
    await world.hearth().reply(asked).finish({ markdown: "28 days.", buttons: [] }, { signal });
    expect(performance.now() - begun).toBeLessThan(5_000);
    limits.stop();
    closing.abort();
    await expect(reading).rejects.toThrow();
    expect(slack.transcript.violations).toEqual([]);
  });

  it("takes no more than half of what Slack allows in a minute", async () => {
    await using world = await connected({ options: { rates: SLACK_RATES } });
    const { slack, acme, ada, general } = world;
    for (let i = 0; i < 30; i++) {
      const root = slack.say({ by: ada, in: general, text: `${i}` });
      slack.say({ by: ada, in: general, thread: root, text: "yes" });
    }
    const closing = new AbortController();
    const place = { platform: "slack", space: acme.id, channel: general } as const;
    const reading = (async () => {
      for await (const _ of world.hearth().history(place, { since: LONG_AGO, signal: closing.signal }));
    })();
    reading.catch(() => {});
    const calls = () => slack.transcript.calls("conversations.replies").length;
    await slack.until(() => calls() === 25, 15_000);
    // A thread that somebody waits for is read at once, from the other half.
    const [root = ""] = slack.history(general).map(({ ts }) => ts);
    expect(textsOf(await read(world, { thread: root }))).toEqual(["0", "yes"]);
    expect(calls()).toBe(26);
    closing.abort();
    await expect(reading).rejects.toThrow();
  });
});
