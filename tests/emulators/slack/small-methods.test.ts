/* oxlint-disable unicorn/require-post-message-target-origin -- chat.postMessage is Slack's, not a window's */
import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { clientOf, populate, startSocketApp } from "./bolt-app.ts";
import { errorOf } from "./error-of.ts";

const plain = (text: string) => ({ type: "plain_text" as const, text });
const modal = (title: string) => ({
  type: "modal" as const,
  title: plain(title),
  blocks: [{ type: "divider" as const }],
});

describe("the smaller methods of Slack", () => {
  it("deletes the app's own messages alone, and links to any", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const theirs = slack.say({ by: ada, in: general, text: "mine" });
    const { ts = "" } = await web.chat.postMessage({ channel: general, text: "x", thread_ts: theirs });
    const { permalink = "" } = await web.chat.getPermalink({ channel: general, message_ts: ts });
    expect(permalink).toMatch(new RegExp(`/archives/${general}/p\\d{16}\\?thread_ts=${theirs}&cid=${general}$`));
    expect(await errorOf(web.chat.delete({ channel: general, ts: theirs }))).toBe("cant_delete_message");
    expect(await errorOf(web.chat.delete({ channel: general, ts }))).toBeUndefined();
    expect(await errorOf(web.chat.delete({ channel: general, ts }))).toBe("message_not_found");
    expect(await errorOf(web.chat.getPermalink({ channel: general, message_ts: ts }))).toBe("message_not_found");
  });

  it("adds each reaction once, and tells of people's", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: { redeliverMs: [] } });
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const timestamp = slack.say({ by: ada, in: general, text: "mine" });
    const reaction = { channel: general, timestamp, name: "eyes" };
    await web.reactions.add(reaction);
    expect(await errorOf(web.reactions.add(reaction))).toBe("already_reacted");
    expect(await errorOf(web.reactions.add({ ...reaction, name: "not an emoji" }))).toBe("invalid_name");
    slack.react({ by: ada, in: general, message: timestamp, name: "+1" });
    expect(slack.history(general)[0]?.reactions).toEqual({ eyes: [acme.bot], "+1": [ada] });
    const told = slack.transcript.entries.filter((one) => one.kind === "delivery" && one.event === "reaction_added");
    expect(told).toHaveLength(2);
    await web.reactions.remove(reaction);
    expect(await errorOf(web.reactions.remove(reaction))).toBe("no_reaction");
  });

  it("tells of a file in a shared channel only that files.info knows more, and forgets a deleted one", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const web = clientOf(slack, acme.token);
    const message = slack.say({ by: ada, in: general, text: "", files: [{ name: "a.txt", content: "A", stub: true }] });
    const [said] = (await web.conversations.history({ channel: general })).messages ?? [];
    expect(said?.files?.[0]).toMatchObject({ mode: "file_access", file_access: "check_file_info" });
    const file = said?.files?.[0]?.id ?? "";
    expect((await web.files.info({ file })).file).toMatchObject({ name: "a.txt", size: 1, user: ada });
    slack.remove({ in: general, message });
    expect(await errorOf(web.files.info({ file }))).toBe("file_deleted");
  });

  it("updates a view by its id or its external id, but not over someone else's change", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    await using _ = await startSocketApp(slack, (app) => app.command("/ask", async ({ ack }) => ack()), acme);
    const web = clientOf(slack, acme.token);
    const { triggerId } = await slack.slash({ by: ada, in: general, command: "/ask" });
    const { view } = await web.views.open({ trigger_id: triggerId, view: { ...modal("One"), external_id: "search" } });
    const { id = "", hash = "" } = view ?? {};
    await web.views.update({ view_id: id, hash, view: { ...modal("Two"), external_id: "search" } });
    expect(await errorOf(web.views.update({ view_id: id, hash, view: modal("Three") }))).toBe("hash_conflict");
    await web.views.update({ external_id: "search", view: modal("Four") });
    expect(slack.modal(ada)).toMatchObject({ id, title: "Four" });
    expect(await errorOf(web.views.update({ external_id: "search", view: modal("Five") }))).toBe("not_found");
    await slack.dismiss(ada);
    expect(slack.modal(ada)).toBeUndefined();
    expect(await errorOf(web.views.update({ view_id: id, view: modal("Six") }))).toBe("not_found");
  });

  it("opens nothing for a trigger that is too old", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: { triggerMs: -1 } });
    const { acme, ada, general } = populate(slack);
    await using _ = await startSocketApp(slack, (app) => app.command("/ask", async ({ ack }) => ack()), acme);
    const { triggerId } = await slack.slash({ by: ada, in: general, command: "/ask" });
    expect(await errorOf(clientOf(slack, acme.token).views.open({ trigger_id: triggerId, view: modal("Late") }))).toBe(
      "expired_trigger_id",
    );
  });

  it("posts privately to members alone, and to nobody in a channel that is not joined", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, ben, general } = populate(slack);
    const cleo = slack.world.user({ team: acme.id, name: "cleo" });
    const away = slack.world.channel({ team: acme.id, name: "away", members: [ada], bot: false });
    const web = clientOf(slack, acme.token);
    await web.chat.postEphemeral({ channel: general, user: ada, text: "psst" });
    expect(slack.visible({ to: ada, in: general })).toMatchObject([{ text: "psst", ephemeral: true }]);
    expect(slack.visible({ to: ben, in: general })).toEqual([]);
    expect(slack.history(general)).toEqual([]);
    expect(await errorOf(web.chat.postEphemeral({ channel: general, user: cleo, text: "psst" }))).toBe(
      "user_not_in_channel",
    );
    expect(await errorOf(web.chat.postMessage({ channel: away, text: "x" }))).toBe("not_in_channel");
    expect(await errorOf(web.conversations.history({ channel: away }))).toBe("not_in_channel");
    expect((await web.conversations.info({ channel: away })).channel).toMatchObject({ is_member: false });
  });
});
