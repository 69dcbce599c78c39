/* oxlint-disable unicorn/require-post-message-target-origin -- chat.postMessage is Slack's, not a window's */
import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { SLACK_RATES } from "../../../emulators/slack/limits.ts";
import { clientOf, populate } from "./bolt-app.ts";
import { errorOf } from "./error-of.ts";

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const long = (length: number): string => "x".repeat(length);

describe("messages of Slack", () => {
  it("refuses unknown methods and arguments, and writes them down", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    expect(await errorOf(web.apiCall("chat.post", {}))).toBe("unknown_method");
    expect(await errorOf(web.apiCall("chat.postMessage", { channel: general, text: "x", nonce: "1" }))).toBe(
      "invalid_arguments",
    );
    expect(await errorOf(web.apiCall("chat.postMessage", { text: "x" }))).toBe("invalid_arguments");
    expect(await errorOf(web.apiCall("chat.postMessage", { channel: general, text: "x", unfurl_links: "maybe" }))).toBe(
      "invalid_arguments",
    );
    expect(slack.transcript.violations).toHaveLength(4);
  });

  it.each([
    ["no text", {}, "no_text"],
    ["Markdown beside text", { text: "a", markdown_text: "b" }, "markdown_text_conflict"],
    ["12,001 characters of Markdown", { markdown_text: long(12_001) }, "msg_too_long"],
    ["a section of 3,001 characters", { blocks: [section(long(3001))] }, "invalid_blocks"],
    ["51 blocks", { blocks: Array.from({ length: 51 }, () => section("a")) }, "invalid_blocks"],
    [
      "markdown blocks of more than 13,000 together",
      { blocks: [1, 2].map(() => ({ type: "markdown", text: long(6600) })) },
      "msg_blocks_too_long",
    ],
    [
      "a table of 21 columns",
      { blocks: [{ type: "table", rows: [Array.from({ length: 21 }, () => ({ type: "raw_text", text: "a" }))] }] },
      "invalid_blocks",
    ],
    ["a block of no known type", { blocks: [{ type: "card" }] }, "invalid_blocks"],
    [
      "a button whose text is 76 long",
      { blocks: [{ type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: long(76) } }] }] },
      "invalid_blocks",
    ],
    [
      "26 actions",
      {
        blocks: [
          {
            type: "actions",
            elements: Array.from({ length: 26 }, (_, i) => ({
              type: "button",
              action_id: `a${i}`,
              text: { type: "plain_text", text: "a" },
            })),
          },
        ],
      },
      "invalid_blocks",
    ],
    ["a thread_ts that lost a digit", { text: "a", thread_ts: "1700000000.00001" }, "invalid_thread_ts"],
    ["metadata without a type", { text: "a", metadata: { event_payload: {} } }, "invalid_metadata_schema"],
  ])("refuses %s", async (_, args, error) => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, general } = populate(slack);
    expect(await errorOf(clientOf(slack, acme.token).apiCall("chat.postMessage", { channel: general, ...args }))).toBe(
      error,
    );
  });

  it("edits up to 4,000 characters, its own messages alone, and keeps metadata", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const theirs = slack.say({ by: ada, in: general, text: "mine" });
    const metadata = { event_type: "hearth_answer", event_payload: { job: "7" } };
    const { ts = "" } = await web.chat.postMessage({ channel: general, text: "one", thread_ts: theirs, metadata });
    expect(await errorOf(web.chat.update({ channel: general, ts, text: long(4001) }))).toBe("msg_too_long");
    expect(await errorOf(web.chat.update({ channel: general, ts: theirs, text: "not mine" }))).toBe(
      "cant_update_message",
    );
    expect(await errorOf(web.chat.update({ channel: general, ts, text: "two" }))).toBeUndefined();
    const plain = await web.conversations.replies({ channel: general, ts: theirs });
    const full = await web.conversations.replies({ channel: general, ts: theirs, include_all_metadata: true });
    expect(plain.messages?.map(({ text }) => text)).toEqual(["mine", "two"]);
    expect(plain.messages?.[1]).not.toHaveProperty("metadata");
    expect(full.messages?.[1]).toMatchObject({ metadata, thread_ts: theirs });
    expect(await errorOf(web.chat.postMessage({ channel: general, text: "x", thread_ts: ts }))).toBe(
      "cannot_reply_to_message",
    );
  });

  it("pages history from the newest back, with replies left to their thread", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const all = Array.from({ length: 7 }, (_, i) => slack.say({ by: ada, in: general, text: `${i}` }));
    slack.say({ by: ada, in: general, text: "reply", thread: all[0] ?? "" });
    const got: (string | undefined)[] = [];
    for await (const page of web.paginate("conversations.history", { channel: general, limit: 3 }))
      got.push(...Object(page).messages.map((one: { text: string }) => one.text));
    expect(got).toEqual(["6", "5", "4", "3", "2", "1", "0"]);
    const after = await web.conversations.history({ channel: general, oldest: all[4] ?? "" });
    expect(after.messages?.map(({ text }) => text)).toEqual(["6", "5"]);
    const inclusive = await web.conversations.history({
      channel: general,
      oldest: all[4] ?? "",
      latest: all[5] ?? "",
      inclusive: true,
    });
    expect(inclusive.messages?.map(({ text }) => text)).toEqual(["5", "4"]);
  });

  it("names the scope that is missing, and refuses tokens that are gone", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const scopes = (await web.auth.test()).response_metadata?.scopes;
    expect(scopes).toContain("chat:write");
    slack.world.setScopes({ team: acme.id, scopes: ["channels:read"] });
    const refused = await web.chat
      .postMessage({ channel: general, text: "x" })
      .catch((error: unknown) => Object(error).data);
    expect(refused).toMatchObject({ error: "missing_scope", needed: "chat:write", provided: "channels:read" });
    slack.world.revoke({ team: acme.id });
    expect(await errorOf(web.auth.test())).toBe("token_revoked");
    expect(await errorOf(clientOf(slack, "xoxb-none").auth.test())).toBe("invalid_auth");
    expect(await errorOf(clientOf(slack, slack.world.reinstall({ team: acme.id })).auth.test())).toBeUndefined();
  });

  it("limits posts in one channel to one a second, and writes down who does not wait", async () => {
    await using slack = await openSlackEmulator({ rates: { ...SLACK_RATES, underwayMs: 0 } });
    const { acme, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    await web.chat.postMessage({ channel: general, text: "1" });
    const limited = await web.chat.postMessage({ channel: general, text: "2" }).catch((error: unknown) => error);
    expect(limited).toMatchObject({ retryAfter: 1 });
    expect(slack.transcript.violations).toEqual([]);
    await web.chat.postMessage({ channel: general, text: "3" }).catch(() => undefined);
    expect(slack.transcript.violations).toMatchObject([
      { method: "chat.postMessage", why: "called before Retry-After had passed" },
    ]);
  });

  it("limits chat.update to fifty a minute in a workspace", async () => {
    await using slack = await openSlackEmulator({ rates: "slack" });
    const { acme, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const { ts = "" } = await web.chat.postMessage({ channel: general, text: "1" });
    for (let i = 0; i < 50; i += 1) await web.chat.update({ channel: general, ts, text: `${i}` });
    expect(
      await web.chat.update({ channel: general, ts, text: "more" }).catch((error: unknown) => Object(error).code),
    ).toBe("slack_webapi_rate_limited_error");
  });

  it("fails as it is told: an error, a 429, a cut connection after the effect", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    slack.rest.fail({
      method: "chat.postMessage",
      sequence: [{ error: "is_archived" }, 503, { retryAfter: 2 }, "reset"],
    });
    expect(await errorOf(web.chat.postMessage({ channel: general, text: "a" }))).toBe("is_archived");
    expect(await errorOf(web.chat.postMessage({ channel: general, text: "b" }))).toContain("503");
    expect(await errorOf(web.chat.postMessage({ channel: general, text: "c" }))).toContain("rate");
    await using other = await openSlackEmulator({ rates: "wide" });
    const second = populate(other);
    other.rest.fail({ method: "chat.postMessage", sequence: ["commit-then-reset"] });
    expect(
      await errorOf(clientOf(other, second.acme.token).chat.postMessage({ channel: second.general, text: "kept" })),
    ).toContain("fetch failed");
    expect(other.visible({ to: second.ada, in: second.general }).map(({ text }) => text)).toEqual(["kept"]);
    expect(slack.visible({ to: ada, in: general })).toEqual([]);
  });

  it("says whom a message pages: mentions, groups, everyone, and bare names only where they are linked", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, ben, general } = populate(slack);
    const oncall = slack.world.group({ handle: "oncall", users: [ben] });
    const web = clientOf(slack, acme.token);
    const pingsOf = async (args: Record<string, unknown>) => {
      await web.apiCall("chat.postMessage", { channel: general, ...args });
      const call = slack.transcript.calls("chat.postMessage").at(-1);
      if (call === undefined) throw new Error("no call");
      return slack.pings(call);
    };
    expect(await pingsOf({ text: `hi <@${ada}>, <!subteam^${oncall}> and <!here>` })).toEqual({
      users: [ada],
      groups: [oncall],
      everyone: true,
    });
    expect(await pingsOf({ text: "hi @ben and @here" })).toEqual({ users: [], groups: [], everyone: false });
    expect(await pingsOf({ text: "hi @ben and @here", link_names: true })).toEqual({
      users: [ben],
      groups: [],
      everyone: true,
    });
    expect(await pingsOf({ text: `escaped &lt;@${ada}&gt; &lt;!channel&gt;` })).toEqual({
      users: [],
      groups: [],
      everyone: false,
    });
    expect(await pingsOf({ text: "x", blocks: [section(`<@${ben}>`)] })).toMatchObject({ users: [ben] });
    expect(await pingsOf({ markdown_text: `# <@${ben}>` })).toMatchObject({ users: [ben] });
  });

  it("posts into the channel where the root of the thread is gone, or refuses, and takes no reply to its own notices", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, ben, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const gone = slack.say({ by: ada, in: general, text: "never mind" });
    slack.remove({ in: general, message: gone });
    const posted = await web.chat.postMessage({ channel: general, thread_ts: gone, text: "an answer" });
    expect(posted.message).not.toHaveProperty("thread_ts");
    expect(slack.visible({ to: ben, in: general })).toMatchObject([{ text: "an answer", thread: undefined }]);
    slack.world.join({ channel: general, user: slack.world.user({ team: acme.id, name: "cleo" }) });
    const notice = slack.history(general).at(-1)?.ts ?? "";
    expect(await errorOf(web.chat.postMessage({ channel: general, thread_ts: notice, text: "x" }))).toBe(
      "cannot_reply_to_message",
    );
    await using strict = await openSlackEmulator({ rates: "wide", goneThreads: "refuse" });
    const there = populate(strict);
    const refused = clientOf(strict, there.acme.token).chat.postMessage({
      channel: there.general,
      thread_ts: gone,
      text: "x",
    });
    expect(await errorOf(refused)).toBe("thread_not_found");
  });

  it("blames nobody for calls that were on their way when another was refused", async () => {
    await using slack = await openSlackEmulator({ rates: { ...SLACK_RATES, underwayMs: 5000 } });
    const { acme, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const posts = await Promise.allSettled(
      ["1", "2", "3"].map((text) => web.chat.postMessage({ channel: general, text })),
    );
    expect(posts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("drops the blocks of a message that is edited with text alone, and marks only such an edit", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const { ts = "" } = await web.chat.postMessage({ channel: general, text: "fallback", blocks: [section("shown")] });
    const blocks = await web.chat.update({ channel: general, ts, text: "fallback", blocks: [section("changed")] });
    expect(blocks.message).not.toHaveProperty("edited");
    expect(slack.history(general)[0]).toMatchObject({ text: "changed", edits: 1 });
    const text = await web.chat.update({ channel: general, ts, text: "plain" });
    expect(text.message).toMatchObject({ text: "plain", edited: { user: acme.bot } });
    expect(text.message).not.toHaveProperty("blocks");
  });
});
