/* oxlint-disable unicorn/require-post-message-target-origin -- chat.postMessage is Slack's, not a window's */
import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { clientOf, populate } from "./bolt-app.ts";
import { errorOf } from "./error-of.ts";

const long = (length: number): string => "x".repeat(length);

async function open() {
  const slack = await openSlackEmulator({ rates: "wide" });
  const there = populate(slack);
  const web = clientOf(slack, there.acme.token);
  const root = slack.say({ by: there.ada, in: there.general, text: "How do I restart the queue?" });
  const to = {
    channel: there.general,
    thread_ts: root,
    recipient_user_id: there.ada,
    recipient_team_id: there.acme.id,
  };
  const shown = () => slack.visible({ to: there.ada, in: there.general, thread: root })[1];
  return { slack, web, root, to, shown, ...there };
}

describe("replies of Slack that grow", () => {
  it("lets web-api's own streamer write, and everyone sees how it grows", async () => {
    const { web, to, shown, slack } = await open();
    await using _ = slack;
    const streamer = web.chatStream({ ...to, buffer_size: 1 });
    await streamer.append({ markdown_text: "Stop it, " });
    expect(shown()).toMatchObject({ text: "Stop it, ", streaming: true });
    await streamer.append({ markdown_text: "then start it [1]." });
    expect(shown()).toMatchObject({ text: "Stop it, then start it [1].", streaming: true });
    const button = {
      type: "actions",
      elements: [{ type: "button", action_id: "why", text: { type: "plain_text", text: "Why?" } }],
    } as const;
    await streamer.stop({ blocks: [button], metadata: { event_type: "hearth_answer", event_payload: { job: "1" } } });
    expect(shown()).toMatchObject({ streaming: false, actions: ["why"] });
    expect(
      await errorOf(web.chat.update({ channel: to.channel, ts: streamer.ts ?? "", text: "corrected" })),
    ).toBeUndefined();
    expect(slack.transcript.violations).toEqual([]);
    expect(slack.transcript.calls("chat.appendStream")).toHaveLength(1);
  });

  it("refuses what is missing, too long, not streaming, or not the app's", async () => {
    const { web, to, slack, root, general } = await open();
    await using _ = slack;
    const { recipient_user_id: _user, ...nobody } = to;
    const { recipient_team_id: _team, ...nowhere } = to;
    expect(await errorOf(web.chat.startStream(nobody))).toBe("missing_recipient_user_id");
    expect(await errorOf(web.chat.startStream(nowhere))).toBe("missing_recipient_team_id");
    expect(await errorOf(web.chat.startStream({ ...to, markdown_text: long(12_001) }))).toBe("msg_too_long");
    expect(
      await errorOf(
        web.chat.startStream({
          ...to,
          chunks: [1, 2].map(() => ({ type: "markdown_text" as const, text: long(7000) })),
        }),
      ),
    ).toBe("msg_too_long");
    const { ts = "" } = await web.chat.startStream(to);
    expect(await errorOf(web.chat.update({ channel: general, ts, text: "no" }))).toBe("streaming_state_conflict");
    expect(await errorOf(web.chat.appendStream({ channel: general, ts: root, markdown_text: "no" }))).toBe(
      "message_not_owned_by_app",
    );
    expect(await errorOf(web.apiCall("chat.appendStream", { channel: general, ts }))).toBe("no_text");
    expect(
      await errorOf(web.apiCall("chat.appendStream", { channel: general, ts, chunks: [{ type: "image_chunk" }] })),
    ).toBe("invalid_chunks");
    await web.chat.stopStream({ channel: general, ts });
    expect(await errorOf(web.chat.appendStream({ channel: general, ts, markdown_text: "late" }))).toBe(
      "message_not_in_streaming_state",
    );
    expect(await errorOf(web.chat.stopStream({ channel: general, ts }))).toBe("message_not_in_streaming_state");
  });

  it("ends a stream that was silent for long, or that a person stops", async () => {
    const { web, to, slack, general } = await open();
    await using _ = slack;
    const first = (await web.chat.startStream({ ...to, markdown_text: "one" })).ts ?? "";
    slack.expireStream({ in: general, message: first });
    expect(await errorOf(web.chat.appendStream({ channel: general, ts: first, markdown_text: "two" }))).toBe(
      "message_not_in_streaming_state",
    );
    const second = (await web.chat.startStream({ ...to, markdown_text: "one" })).ts ?? "";
    slack.stopStream({ in: general, message: second });
    const more = web.chat.appendStream({ channel: general, ts: second, markdown_text: "two" });
    expect(await errorOf(more)).toBe("stopped_by_user");
  });

  it("allows twenty starts a minute in a workspace, as Slack does", async () => {
    await using slack = await openSlackEmulator();
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const root = slack.say({ by: ada, in: general, text: "?" });
    const to = { channel: general, thread_ts: root, recipient_user_id: ada, recipient_team_id: acme.id };
    for (let i = 0; i < 20; i += 1) await web.chat.startStream(to);
    expect(await web.chat.startStream(to).catch((error: unknown) => Object(error).code)).toBe(
      "slack_webapi_rate_limited_error",
    );
    expect(slack.transcript.calls("chat.startStream").at(-1)).toMatchObject({ status: 429 });
  });

  it("shows status lines until the reply or their time ends them, and titles, prompts and sessions", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada } = populate(slack);
    const web = clientOf(slack, acme.token);
    const dm = slack.openHome(ada, "messages");
    const root = slack.say({ by: ada, in: dm, text: "hello" });
    const at = { channel_id: dm, thread_ts: root };
    await web.assistant.threads.setStatus({ ...at, status: "is reading…", loading_messages: ["page 1", "page 2"] });
    await web.assistant.threads.setTitle({ ...at, title: "Greeting" });
    await web.assistant.threads.setSuggestedPrompts({
      channel_id: dm,
      prompts: [{ title: "Runbook", message: "Where is the runbook?" }],
    });
    await web.apiCall("agents.sessions.setStatus", { ...at, status: "processing", title: "Greeting" });
    expect(slack.around({ in: dm })).toEqual({
      status: { [root]: { status: "is reading…", loading: ["page 1", "page 2"] } },
      titles: { [root]: "Greeting" },
      prompts: { title: undefined, prompts: [{ title: "Runbook", message: "Where is the runbook?" }] },
      sessions: { [root]: { title: "Greeting", status: "processing" } },
    });
    expect(
      await errorOf(
        web.assistant.threads.setStatus({
          ...at,
          status: "x",
          loading_messages: Array.from({ length: 11 }, () => "y"),
        }),
      ),
    ).toBe("invalid_arguments");
    expect(slack.transcript.violations).toHaveLength(1);
    await web.assistant.threads.setSuggestedPrompts({ ...at, prompts: [{ title: "a", message: "b" }] });
    expect(slack.transcript.violations.at(-1)?.why).toBe("thread_ts with agent_view: nothing is shown");
    await web.chat.postMessage({ channel: dm, thread_ts: root, text: "hi" });
    expect(slack.around({ in: dm }).status).toEqual({});
  });
});
