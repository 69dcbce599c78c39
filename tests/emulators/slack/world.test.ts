/* oxlint-disable unicorn/require-post-message-target-origin -- chat.postMessage is Slack's, not a window's */
import { describe, expect, it } from "vitest";
import { openSlackEmulator, type SlackEmulator } from "../../../emulators/slack/emulator.ts";
import { clientOf, populate, startSocketApp } from "./bolt-app.ts";
import { errorOf } from "./error-of.ts";

type Told = Record<string, unknown> & { readonly type: string };

/** The inner events that set out, in order. */
const toldTo = (slack: SlackEmulator): Told[] =>
  slack.transcript.entries.flatMap((one) =>
    one.kind === "delivery" && one.attempt === 0 ? [Object(one.body).event] : [],
  );

const bodies = (slack: SlackEmulator): Record<string, unknown>[] =>
  slack.transcript.entries.flatMap((one) => (one.kind === "delivery" && one.attempt === 0 ? [Object(one.body)] : []));

const named = (events: readonly Told[]): string[] =>
  events.map(({ type, subtype }) => (typeof subtype === "string" ? subtype : type));

/** Nobody listens, and nothing is brought twice. */
const alone = { rates: "wide", bounds: { redeliverMs: [] } } as const;

describe("the world of Slack", () => {
  it("tells of edits, previews, deletions, broadcasts and files as subtypes of message", async () => {
    await using slack = await openSlackEmulator(alone);
    const { ada, general } = populate(slack);
    const message = slack.say({ by: ada, in: general, text: "one" });
    slack.edit({ in: general, message, text: "two" });
    slack.unfurl({ in: general, message });
    const reply = slack.say({ by: ada, in: general, text: "reply", thread: message, broadcast: true });
    slack.say({ by: ada, in: general, text: "see", files: [{ name: "a.txt", content: "A" }] });
    slack.remove({ in: general, message: reply });
    const events = await slack.until(() => toldTo(slack).length === 6 && toldTo(slack));
    expect(named(events)).toEqual([
      "message",
      "message_changed",
      "message_changed",
      "thread_broadcast",
      "file_share",
      "message_deleted",
    ]);
    expect(events[1]).toMatchObject({
      message: { text: "two", edited: { user: ada } },
      previous_message: { text: "one" },
    });
    expect(events[2]).toMatchObject({ message: { text: "two" }, previous_message: { text: "two" } });
    expect(events[5]).toMatchObject({ deleted_ts: reply, previous_message: { text: "reply" } });
  });

  it("leaves a stone where the root of a thread was", async () => {
    await using slack = await openSlackEmulator(alone);
    const { ada, general } = populate(slack);
    const message = slack.say({ by: ada, in: general, text: "root" });
    slack.say({ by: ada, in: general, text: "reply", thread: message });
    slack.remove({ in: general, message });
    const events = await slack.until(() => toldTo(slack).length === 3 && toldTo(slack));
    expect(events[2]).toMatchObject({
      subtype: "message_changed",
      message: { subtype: "tombstone", text: "This message was deleted." },
    });
  });

  it("tells of members, and of channels that are archived, renamed, converted, shared and deleted", async () => {
    await using slack = await openSlackEmulator(alone);
    const { acme, ada, general } = populate(slack);
    const cleo = slack.world.user({ team: acme.id, name: "cleo" });
    const partner = slack.world.workspace({ name: "Partner", installed: false });
    const pat = slack.world.user({ team: partner.id, name: "pat" });
    const web = clientOf(slack, acme.token);
    const info = async () => (await web.conversations.info({ channel: general })).channel;
    slack.world.join({ channel: general, user: cleo });
    slack.world.leave({ channel: general, user: cleo });
    slack.world.convert({ channel: general, to: "private", by: ada });
    expect(await info()).toMatchObject({ id: general, is_private: true, is_ext_shared: false });
    expect(await errorOf(web.users.info({ user: pat }))).toBe("user_not_visible");
    slack.world.share({ channel: general, with: partner.id });
    slack.world.join({ channel: general, user: pat });
    expect(await info()).toMatchObject({ is_ext_shared: true, shared_team_ids: [acme.id, partner.id] });
    expect((await web.users.info({ user: pat })).user).toMatchObject({ team_id: partner.id, is_stranger: true });
    slack.say({ by: pat, in: general, text: "from outside" });
    slack.world.archive({ channel: general, by: ada });
    expect(await errorOf(web.chat.postMessage({ channel: general, text: "x" }))).toBe("is_archived");
    slack.world.unarchive({ channel: general, by: ada });
    slack.world.deleteChannel({ channel: general, by: ada });
    expect(await errorOf(web.conversations.info({ channel: general }))).toBe("channel_not_found");
    const events = await slack.until(() => toldTo(slack).length === 11 && toldTo(slack));
    expect(named(events)).toEqual([
      "member_joined_channel",
      "channel_join",
      "member_left_channel",
      "channel_convert_to_private",
      "channel_shared",
      "member_joined_channel",
      "channel_join",
      "message",
      "group_archive",
      "group_unarchive",
      "group_deleted",
    ]);
    expect(events[7]).toMatchObject({
      user: pat,
      user_team: partner.id,
      source_team: partner.id,
      channel_type: "group",
    });
    expect(bodies(slack)[7]).toMatchObject({ is_ext_shared_channel: true, context_team_id: acme.id });
  });

  it("tells nothing of channels that the bot is not in, nor what was not subscribed to or needs a scope", async () => {
    await using slack = await openSlackEmulator({
      ...alone,
      events: ["message.channels", "message.im", "app_mention"],
      scopes: ["channels:history", "chat:write"],
    });
    const acme = slack.world.workspace({ name: "Acme" });
    const ada = slack.world.user({ team: acme.id, name: "ada" });
    const secret = slack.world.channel({ team: acme.id, name: "secret", kind: "private", members: [ada], bot: false });
    const mine = slack.world.channel({ team: acme.id, name: "mine", kind: "private", members: [ada] });
    const general = slack.world.channel({ team: acme.id, name: "general", members: [ada] });
    slack.say({ by: ada, in: secret, text: `<@${acme.bot}>` });
    slack.say({ by: ada, in: mine, text: `<@${acme.bot}>` });
    slack.say({ by: ada, in: slack.world.dm({ with: [ada] }), text: "psst" });
    slack.world.archive({ channel: mine, by: ada });
    slack.say({ by: ada, in: general, text: "heard" });
    const events = await slack.until(() => toldTo(slack).length > 0 && toldTo(slack));
    expect(events).toMatchObject([{ text: "heard" }]);
    expect(await errorOf(clientOf(slack, acme.token).conversations.info({ channel: mine }))).toBe("missing_scope");
    expect(await errorOf(clientOf(slack, acme.token).conversations.history({ channel: secret }))).toBe(
      "channel_not_found",
    );
  });

  it("serves an org by one install, and several workspaces by one each", async () => {
    await using slack = await openSlackEmulator(alone);
    const org = slack.world.enterprise({ name: "Group" });
    const north = slack.world.workspace({ name: "North", enterprise: org, orgInstall: true });
    const south = slack.world.workspace({ name: "South", enterprise: org, orgInstall: true });
    const other = slack.world.workspace({ name: "Other" });
    expect(south.token).toBe(north.token);
    expect(other.token).not.toBe(north.token);
    const ada = slack.world.user({ team: south.id, name: "ada" });
    const channel = slack.world.channel({ team: south.id, name: "general", members: [ada] });
    slack.say({ by: ada, in: channel, text: "hello" });
    const [body] = await slack.until(() => bodies(slack).length === 1 && bodies(slack));
    expect(body).toMatchObject({
      team_id: south.id,
      enterprise_id: org,
      authorizations: [{ enterprise_id: org, team_id: null, is_enterprise_install: true }],
    });
    const web = clientOf(slack, north.token);
    expect(await web.auth.test()).toMatchObject({ is_enterprise_install: true, enterprise_id: org });
    expect((await web.auth.teams.list({})).teams?.map(({ id }) => id)).toEqual([north.id, south.id]);
    expect((await web.conversations.list({ team_id: south.id })).channels?.map(({ id }) => id)).toEqual([channel]);
    expect(await errorOf(web.conversations.list({ team_id: other.id }))).toBe("team_not_found");
  });

  it("opens direct conversations, lists members by pages, and knows who is a guest", async () => {
    await using slack = await openSlackEmulator(alone);
    const { acme, ada, ben, general } = populate(slack);
    const gus = slack.world.user({ team: acme.id, name: "gus", guest: "multi" });
    const web = clientOf(slack, acme.token);
    const { channel } = await web.conversations.open({ users: ada });
    expect(channel?.id).toBe(slack.world.dm({ with: [ada] }));
    const group = await web.conversations
      .open({ users: `${ada},${ben}`, return_im: true })
      .catch((error: unknown) => Object(error).data);
    expect(group).toMatchObject({ error: "missing_scope", needed: "mpim:write" });
    const first = await web.conversations.members({ channel: general, limit: 2 });
    const rest = await web.conversations.members({
      channel: general,
      limit: 2,
      cursor: first.response_metadata?.next_cursor ?? "",
    });
    expect([...(first.members ?? []), ...(rest.members ?? [])]).toEqual([ada, ben, acme.bot]);
    expect((await web.users.info({ user: gus })).user).toMatchObject({
      is_restricted: true,
      is_ultra_restricted: false,
    });
    expect(slack.visible({ to: gus, in: general })).toEqual([]);
  });

  it("gives a file's bytes for a token alone, and tells when the token goes to another host", async () => {
    await using slack = await openSlackEmulator(alone);
    const { acme, ada, general } = populate(slack);
    slack.say({
      by: ada,
      in: general,
      text: "see",
      files: [
        { name: "a.txt", content: "Alpha" },
        { name: "b.txt", content: "Beta", elsewhere: true },
      ],
    });
    const [said] = (await clientOf(slack, acme.token).conversations.history({ channel: general })).messages ?? [];
    const [near = "", far = ""] = said?.files?.map(({ url_private: url }) => url ?? "") ?? [];
    const authorization = `Bearer ${acme.token}`;
    expect(await (await fetch(near, { headers: { authorization } })).text()).toBe("Alpha");
    expect(await (await fetch(near)).text()).toContain("Sign in");
    const led = await fetch(far, { headers: { authorization }, redirect: "manual" });
    expect(await (await fetch(led.headers.get("location") ?? "")).text()).toBe("Beta");
    expect(slack.transcript.violations.map(({ why }) => why)).toEqual(["a download without a token"]);
    await fetch(led.headers.get("location") ?? "", { headers: { authorization } });
    expect(slack.transcript.violations.at(-1)?.why).toBe("the token was sent to another host");
  });

  it("tells that the app was removed, and takes its token no more", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme } = populate(slack);
    const told: string[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => {
        app.event("tokens_revoked", async ({ event }) => void told.push(event.type));
        app.event("app_uninstalled", async ({ event }) => void told.push(event.type));
      },
      acme,
    );
    slack.world.uninstall({ team: acme.id });
    await slack.until(() => told.length === 2);
    expect(told.toSorted()).toEqual(["app_uninstalled", "tokens_revoked"]);
    expect(await errorOf(clientOf(slack, acme.token).auth.test())).toBe("account_inactive");
  });

  it("tells an app that is there of new channels and people, of workspaces of its org, and of a new id", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const org = slack.world.enterprise({ name: "Group" });
    const north = slack.world.workspace({ name: "North", enterprise: org, orgInstall: true });
    await using _ = await startSocketApp(slack, () => undefined, north);
    const south = slack.world.workspace({ name: "South", enterprise: org, orgInstall: true });
    const ada = slack.world.user({ team: south.id, name: "ada" });
    const channel = slack.world.channel({ team: south.id, name: "general", members: [ada] });
    slack.say({ by: ada, in: channel, text: "before" });
    const moved = slack.world.changeId({ channel });
    slack.world.revokeAccess({ team: south.id });
    slack.say({ by: ada, in: moved, text: "unheard" });
    const events = await slack.until(() => toldTo(slack).length === 6 && toldTo(slack));
    expect(named(events)).toEqual([
      "team_access_granted",
      "team_join",
      "channel_created",
      "message",
      "channel_id_changed",
      "team_access_revoked",
    ]);
    const web = clientOf(slack, north.token);
    expect(await errorOf(web.conversations.history({ channel }))).toBe("channel_not_found");
    expect((await web.auth.teams.list({})).teams?.map(({ id }) => id)).toEqual([north.id]);
  });
});
