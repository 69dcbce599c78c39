import { expect, it, onTestFinished } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import { createDesk } from "../../../src/bots/serve.ts";
import { openSlack } from "../../../src/bots/slack/slack.ts";
import { silentLog } from "../../../src/log.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { populate, settingsFor, WIDE } from "./slack-world.ts";

/** Slack, the desk and the inbox as the edge puts them together, over a core that says what a test wants. */
async function open() {
  await using stack = new AsyncDisposableStack();
  const slack = stack.use(await openSlackEmulator({ rates: "wide" }));
  const world = populate(slack);
  const log = silentLog();
  const inbox = stack.use(openInbox({ path: ":memory:", log }));
  const ratings: unknown[] = [];
  const brain = scriptedBrain({ rate: async (said) => void ratings.push(said) });
  const askHuman = [{ mention: [`user:${world.ben}`] }];
  const settings = settingsFor(slack, [world.acme.token], { askHuman });
  const start = async () => {
    const common = { inbox, brain, log, linkHosts: [] };
    const hearth = await openSlack({ ...common, settings, version: "0.1.0", rates: WIDE, pingMs: 1_000 });
    const desk = createDesk({ ...common, platforms: [hearth], settings: { ...settings, linkHosts: [] } });
    await desk.start({ signal: AbortSignal.timeout(20_000) });
    return async () => {
      await desk[Symbol.asyncDispose]();
      await hearth[Symbol.asyncDispose]();
    };
  };
  let stop = await start();
  stack.defer(() => stop());
  const owned = stack.move();
  onTestFinished(() => owned.disposeAsync());
  return {
    ...world,
    slack,
    ratings,
    async restart() {
      await stop();
      stop = await start();
    },
  };
}

it("a command is answered, and the buttons below the answer work after a restart", async () => {
  const here = await open();
  const { slack, acme, ada, ben, general } = here;
  await slack.slash({ by: ada, in: general, command: "/ask", text: "How much leave?" });
  const finished = () => slack.visible({ to: ben, in: general }).find(({ actions }) => actions.length === 4);
  const answer = await slack.until(finished);
  expect(answer.text).toContain("28 days of annual leave");
  await here.restart();
  const press = (kind: string) => {
    const action = answer.actions.find((id) => id.startsWith(`h1:${kind}:`)) ?? "";
    return slack.press({ by: ben, in: general, message: answer.ts, action });
  };
  for (const kind of ["up", "human"]) expect(await press(kind)).toMatchObject({ kind: "acked" });
  const called = await slack.until(() => slack.history(general).find(({ pings }) => pings.users.includes(ben)));
  expect(called).toMatchObject({ thread: answer.ts, pings: { users: [ben], groups: [], everyone: false } });
  await slack.until(() => here.ratings.length > 0);
  expect(here.ratings).toMatchObject([{ personId: `${acme.id}:${ben}`, rating: "up" }]);
  expect(slack.transcript.violations).toEqual([]);
});

it("a command in a workspace of an organisation is answered by the organisation's token", async () => {
  await using slack = await openSlackEmulator({ rates: "wide" });
  const enterprise = slack.world.enterprise({ name: "Acme Group" });
  const [north, south] = ["North", "South"].map((name) =>
    slack.world.workspace({ name, enterprise, orgInstall: true }),
  );
  if (!north || !south) throw new Error("There are no workspaces");
  const eve = slack.world.user({ team: south.id, name: "eve" });
  const general = slack.world.channel({ team: south.id, name: "general", members: [eve] });
  const log = silentLog();
  using inbox = openInbox({ path: ":memory:", log });
  const common = { inbox, brain: scriptedBrain(), log, linkHosts: [] };
  const settings = settingsFor(slack, [north.token], { team: [south.id] });
  await using hearth = await openSlack({ ...common, settings, version: "0.1.0", rates: WIDE, pingMs: 1_000 });
  await using desk = createDesk({ ...common, platforms: [hearth], settings: { ...settings, linkHosts: [] } });
  await desk.start({ signal: AbortSignal.timeout(20_000) });
  await slack.slash({ by: eve, in: general, command: "/ask", text: "How much leave?" });
  await slack.until(() => slack.visible({ to: eve, in: general }).find(({ actions }) => actions.length >= 3));
  slack.openHome(eve);
  expect((await slack.until(() => slack.home(eve))).text).toContain("How to ask");
  await slack.slash({ by: eve, in: general, command: "/docs" });
  await slack.until(() => slack.modal(eve));
  expect(slack.transcript.violations).toEqual([]);
});

it("a private answer and its buttons are the asker's alone", async () => {
  const { slack, ada, ben, general } = await open();
  await slack.slash({ by: ada, in: general, command: "/ask", text: "private: How much leave?" });
  const answer = await slack.until(() =>
    slack.visible({ to: ada, in: general }).find(({ actions }) => actions.some((id) => id.startsWith("h1:why:"))),
  );
  expect(answer).toMatchObject({ ephemeral: true, text: expect.stringContaining("28 days of annual leave") });
  expect(answer.actions.some((id) => id.startsWith("h1:human:"))).toBe(false);
  const action = answer.actions.find((id) => id.startsWith("h1:why:")) ?? "";
  await slack.press({ by: ada, in: general, message: answer.ts, action });
  await slack.until(() => slack.visible({ to: ada, in: general }).find(({ text }) => /no longer known/.test(text)));
  expect(slack.visible({ to: ben, in: general })).toEqual([]);
  expect(slack.transcript.violations).toEqual([]);
});
