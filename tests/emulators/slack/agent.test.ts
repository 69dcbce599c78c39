import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { clientOf, populate, startSocketApp } from "./bolt-app.ts";
import { errorOf } from "./error-of.ts";

describe("the app's own tab in Slack", () => {
  it("signals with agent_view that someone came, and what else they look at, and starts no assistant thread", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const told: unknown[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => {
        app.event("app_home_opened", async ({ event }) => void told.push(event.tab));
        app.event("app_context_changed", async ({ event }) => void told.push(event.context.entities?.[0]?.value));
      },
      acme,
    );
    slack.openHome(ada, "messages");
    slack.changeContext(ada, general);
    await slack.until(() => told.length === 2);
    expect(told).toEqual(["messages", general]);
  });

  it("starts a thread with assistant_view, in which prompts need their thread", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", surface: "assistant" });
    const { acme, ada, general } = populate(slack);
    const started: unknown[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => app.event("assistant_thread_started", async ({ event }) => void started.push(event.assistant_thread)),
      acme,
    );
    const { channel, thread } = slack.startAssistantThread(ada, general);
    await slack.until(() => started.length === 1);
    expect(started[0]).toMatchObject({
      user_id: ada,
      channel_id: channel,
      thread_ts: thread,
      context: { channel_id: general },
    });
    const web = clientOf(slack, acme.token);
    const prompts = [{ title: "Runbook", message: "Where is it?" }] as const;
    const set = (more: object) =>
      web.apiCall("assistant.threads.setSuggestedPrompts", { channel_id: channel, prompts, ...more });
    expect(await errorOf(set({}))).toBe("invalid_thread_ts");
    expect(await errorOf(set({ thread_ts: thread }))).toBeUndefined();
    expect(slack.around({ in: channel, thread }).prompts?.prompts).toEqual(prompts);
  });
});
