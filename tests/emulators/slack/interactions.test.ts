/* oxlint-disable unicorn/require-post-message-target-origin -- chat.postMessage is Slack's, not a window's */
import type { App } from "@slack/bolt";
import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { clientOf, populate, startSocketApp } from "./bolt-app.ts";
import { errorOf } from "./error-of.ts";

const plain = (text: string) => ({ type: "plain_text" as const, text });
const modal = (title: string) => ({
  type: "modal" as const,
  callback_id: "search",
  title: plain(title),
  submit: plain("Go"),
  blocks: [
    {
      type: "input" as const,
      block_id: "words",
      label: plain("Words"),
      element: { type: "plain_text_input" as const, action_id: "text" },
    },
    {
      type: "section" as const,
      block_id: "doc",
      text: plain("Document"),
      accessory: { type: "external_select" as const, action_id: "doc", min_query_length: 0 },
    },
  ],
});

async function open(listen: (app: App) => void, bounds = {}) {
  const slack = await openSlackEmulator({ rates: "wide", bounds });
  const there = populate(slack);
  const bolt = await startSocketApp(slack, listen, there.acme);
  return {
    slack,
    ...there,
    async [Symbol.asyncDispose]() {
      await bolt[Symbol.asyncDispose]();
      await slack[Symbol.asyncDispose]();
    },
  };
}

describe("what people press and type in Slack", () => {
  it("opens a modal from a command, suggests while one types, and takes what is filled in", async () => {
    const submitted: unknown[] = [];
    await using at = await open((app) => {
      app.command("/docs", async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: modal("Documents") });
      });
      app.options("doc", async ({ ack, options }) =>
        ack({ options: [{ text: plain(`About ${options.value}`), value: "doc-1" }] }),
      );
      app.view("search", async ({ ack, view }) => {
        submitted.push(view.state.values);
        if (submitted.length === 1) return ack({ response_action: "errors", errors: { words: "Too short" } });
        return ack();
      });
    });
    const { slack, ada, general } = at;
    await slack.slash({ by: ada, in: general, command: "/docs", text: "queue" });
    expect(await slack.until(() => slack.modal(ada))).toMatchObject({ title: "Documents", actions: ["text", "doc"] });
    expect(await slack.suggest({ by: ada, action: "doc", value: "que" })).toEqual([
      { text: "About que", value: "doc-1" },
    ]);
    const first = await slack.submit({ by: ada, values: { text: "q" } });
    expect(first).toMatchObject({
      kind: "acked",
      answer: { response_action: "errors", errors: { words: "Too short" } },
    });
    expect(slack.modal(ada)).toBeDefined();
    await slack.submit({ by: ada, values: { text: "queue", doc: "doc-1" } });
    expect(slack.modal(ada)).toBeUndefined();
    expect(submitted[1]).toMatchObject({
      words: { text: { value: "queue" } },
      doc: { doc: { selected_option: { value: "doc-1" } } },
    });
    expect(slack.transcript.violations).toEqual([]);
  });

  it("gives a trigger once and for a short time, and a response_url five times", async () => {
    await using at = await open((app) => {
      app.command("/ask", async ({ ack }) => ack());
    });
    const { slack, ada, general, acme } = at;
    const web = clientOf(slack, acme.token);
    const { triggerId, responseUrl = "" } = await slack.slash({ by: ada, in: general, command: "/ask" });
    expect(await errorOf(web.views.open({ trigger_id: triggerId, view: modal("One") }))).toBeUndefined();
    expect(await errorOf(web.views.open({ trigger_id: triggerId, view: modal("Two") }))).toBe("exchanged_trigger_id");
    expect(await errorOf(web.views.open({ trigger_id: "1.2.3", view: modal("Two") }))).toBe("invalid_trigger_id");
    const respond = (body: unknown) =>
      fetch(responseUrl, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    const codes = [];
    for (let i = 0; i < 6; i += 1) codes.push((await respond({ text: `${i}` })).status);
    expect(codes).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.visible({ to: ada, in: general }).filter(({ ephemeral }) => ephemeral)).toHaveLength(5);
    expect(slack.visible({ to: at.ben, in: general })).toEqual([]);
  });

  it("refuses a view with a title of 25 characters and a fourth modal on top", async () => {
    await using at = await open((app) => {
      app.command("/ask", async ({ ack }) => ack());
      app.action("doc", async ({ ack }) => ack());
    });
    const { slack, ada, general, acme } = at;
    const web = clientOf(slack, acme.token);
    const { triggerId } = await slack.slash({ by: ada, in: general, command: "/ask" });
    expect(await errorOf(web.views.open({ trigger_id: triggerId, view: modal("x".repeat(25)) }))).toBe(
      "invalid_arguments",
    );
    await web.views.open({ trigger_id: triggerId, view: modal("1") });
    for (const [i, error] of [undefined, undefined, "push_limit_reached"].entries()) {
      const act = await slack.press({ by: ada, view: slack.modal(ada)?.id ?? "", action: "doc", value: "d" });
      expect(await errorOf(web.views.push({ trigger_id: act.triggerId, view: modal(`${i + 2}`) }))).toBe(error);
    }
  });

  it("says that a click was not acknowledged in three seconds, and does not bring it again", async () => {
    await using at = await open((app) => app.action("slow", async () => undefined), { ackMs: 60 });
    const { slack, ada, general, acme } = at;
    const button = { type: "button" as const, action_id: "slow", text: plain("Slow") };
    const { ts = "" } = await clientOf(slack, acme.token).chat.postMessage({
      channel: general,
      text: "x",
      blocks: [{ type: "actions", elements: [button] }],
    });
    expect(await slack.press({ by: ada, in: general, message: ts, action: "slow" })).toMatchObject({
      kind: "failed",
      why: "timeout",
    });
    expect(
      slack.transcript.entries.filter((one) => one.kind === "delivery" && one.type === "interactive"),
    ).toHaveLength(1);
    await expect(slack.press({ by: ada, in: general, message: ts, action: "none" })).rejects.toThrow(
      "There is no none; there are: slow",
    );
  });

  it("brings message shortcuts and the App Home, with the hash that guards it", async () => {
    const seen: string[] = [];
    await using at = await open((app) => {
      app.shortcut("summarise", async ({ ack, shortcut, respond }) => {
        await ack();
        if (shortcut.type === "message_action") seen.push(shortcut.message.text ?? "");
        await respond("Summary: none");
      });
      app.event("app_home_opened", async ({ event, client }) => {
        seen.push(event.tab ?? "");
        await client.views.publish({
          user_id: event.user,
          view: { type: "home", blocks: [{ type: "section", text: plain("Known here: 3 documents") }] },
        });
      });
    });
    const { slack, ada, ben, general, acme } = at;
    const message = slack.say({ by: ada, in: general, text: "long talk" });
    await slack.shortcut({ by: ben, callback: "summarise", message: { in: general, message } });
    await slack.until(() =>
      slack.visible({ to: ben, in: general }).find(({ ephemeral, text }) => ephemeral && text === "Summary: none"),
    );
    slack.openHome(ada);
    expect(await slack.until(() => slack.home(ada))).toMatchObject({ text: "Known here: 3 documents" });
    expect(seen).toEqual(["long talk", "home"]);
    const web = clientOf(slack, acme.token);
    expect(await errorOf(web.views.publish({ user_id: ada, hash: "old", view: { type: "home", blocks: [] } }))).toBe(
      "hash_conflict",
    );
  });

  it("replaces and removes what was pressed through its response_url", async () => {
    let times = 0;
    await using at = await open((app) => {
      app.action("share", async ({ ack, respond }) => {
        await ack();
        times += 1;
        await respond(times === 1 ? { replace_original: true, text: "shared" } : { delete_original: true });
      });
    });
    const { slack, ada, general, acme } = at;
    const blocks = [
      { type: "actions" as const, elements: [{ type: "button" as const, action_id: "share", text: plain("Share") }] },
    ];
    await clientOf(slack, acme.token).chat.postEphemeral({ channel: general, user: ada, text: "yours", blocks });
    const own = slack.visible({ to: ada, in: general })[0]?.ts ?? "";
    await slack.press({ by: ada, in: general, message: own, action: "share" });
    await slack.until(() => slack.visible({ to: ada, in: general })[0]?.text === "shared");
    const { ts = "" } = await clientOf(slack, acme.token).chat.postMessage({ channel: general, text: "x", blocks });
    await slack.press({ by: ada, in: general, message: ts, action: "share" });
    await slack.until(() => slack.history(general).length === 0);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("has neither commands nor shortcuts without their scope, nor shortcuts on what a person does not see", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, ben } = populate(slack);
    const secret = slack.world.channel({ team: acme.id, name: "secret", kind: "private", members: [ada] });
    const message = slack.say({ by: ada, in: secret, text: "hello" });
    const choose = () => slack.shortcut({ by: ben, callback: "summarise", message: { in: secret, message } });
    await expect(choose()).rejects.toThrow(/sees no message/);
    await using bare = await openSlackEmulator({ rates: "wide", scopes: ["chat:write"] });
    const there = populate(bare);
    await expect(bare.shortcut({ by: there.ada, callback: "any" })).rejects.toThrow(/neither commands nor shortcuts/);
    const typed = bare.slash({ by: there.ada, in: there.general, command: "/ask" });
    await expect(typed).rejects.toThrow(/neither commands nor shortcuts/);
  });
});
