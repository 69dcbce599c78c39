import { describe, expect, it } from "vitest";
import { openSlackEmulator, type SlackEmulator } from "../../emulators/slack/emulator.ts";
import type { Workspace } from "../../emulators/slack/world.ts";
import { childrenOf, DOCUMENTS, hearth, scratch, type Running } from "../helpers/hearth.ts";

const ANSWERED = 30_000;

interface Acme extends AsyncDisposable {
  readonly slack: SlackEmulator;
  readonly acme: Workspace;
  readonly running: Running;
  readonly ann: string;
  readonly bob: string;
  readonly general: string;
  /** Hearth's answer below a message, once nothing more is written on it. */
  answerTo(message: string, channel?: string): Promise<ReturnType<SlackEmulator["history"]>[number]>;
}

/** Hearth, in a workspace with two people and one channel. */
async function inWorkspace(more: { readonly model?: string; readonly slack?: string } = {}): Promise<Acme> {
  await using stack = new AsyncDisposableStack();
  const slack = stack.use(await openSlackEmulator());
  const acme = slack.world.workspace({ name: "Acme" });
  const [ann = "", bob = ""] = ["ann", "bob"].map((name) => slack.world.user({ team: acme.id, name }));
  const general = slack.world.channel({ team: acme.id, name: "general", members: [ann, bob] });
  const place = stack.use(
    scratch({
      ...DOCUMENTS,
      "puppet.json": JSON.stringify({
        answers: ["Everybody gets 28 days of annual leave a year [1]. Ask your lead two weeks before [1]."],
        tokensPerSecond: 8,
        record: "prompts.jsonl",
      }),
      "config/hearth.yaml": `documents: [{ folder: docs }]\nslack: { api: "${slack.api}"${more.slack ?? ""} }\n${more.model ?? ""}`,
    }),
  );
  const env = {
    SLACK_BOT_TOKEN: acme.token,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
  };
  const running = stack.use(hearth(["start", "--port", "0"], { cwd: place.folder, env }));
  await running.says(/Ctrl-C stops/);
  await slack.until(() => slack.sockets.open().length > 0, ANSWERED);
  const owned = stack.move();
  return {
    slack,
    acme,
    running,
    ann,
    bob,
    general,
    answerTo: (message, channel = general) =>
      slack.until(
        () =>
          slack
            .history(channel)
            .find(
              ({ thread, actions, by, ts }) =>
                by === acme.bot && thread === message && ts > message && actions.some((id) => id.startsWith("h1:why:")),
            ),
        ANSWERED,
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const WRITES = 'model: { use: "puppet:puppet.json", write: always }\n';
const QUESTION = "How many days of annual leave do we get?";

describe("journey: Slack", { timeout: 120_000 }, () => {
  it("quotes at once, lets what is written grow below, and breaks none of Slack's rules", async () => {
    await using world = await inWorkspace({ model: WRITES });
    const { slack, acme, ann, general } = world;
    const question = slack.say({ by: ann, in: general, text: `<@${acme.bot}> ${QUESTION}` });
    const first = await slack.until(
      () => slack.history(general).find(({ thread, streaming }) => thread === question && streaming),
      ANSWERED,
    );
    expect(first.text).toMatch(/^> Everybody gets 28 days of annual leave a year\./);
    expect(first.actions[0]).toMatch(/^h1:stop:/);
    const answer = await world.answerTo(question);
    expect(answer.text).toContain("Ask your lead two weeks before [1].");
    expect(answer).toMatchObject({ ts: first.ts, streaming: false });
    expect(slack.transcript.violations).toEqual([]);
    const posts = slack.transcript.entries.flatMap((entry) => (entry.kind === "api" && entry.pings ? [entry] : []));
    expect(posts.length).toBeGreaterThan(1);
    for (const { pings } of posts) expect(pings).toEqual({ everyone: false, users: [], groups: [] });
  });

  it("answers in a direct message, and follows up in its thread without a mention", async () => {
    await using world = await inWorkspace();
    const { slack, acme, ann, general } = world;
    const dm = slack.world.dm({ with: [ann] });
    const asked = slack.say({ by: ann, in: dm, text: QUESTION });
    expect((await world.answerTo(asked, dm)).text).toContain("28 days");
    const question = slack.say({ by: ann, in: general, text: `<@${acme.bot}> When do I tell my lead that I am sick?` });
    expect((await world.answerTo(question)).text).toContain("before ten in the morning");
    slack.say({ by: ann, in: general, text: "and is a doctor's note needed for that?", thread: question });
    const answers = () => slack.history(general).filter(({ thread, by }) => by === acme.bot && thread === question);
    await slack.until(() => answers().length === 2 && answers()[1]?.text.includes("doctor's note"), ANSWERED);
  });

  it("loses no question and doubles no answer when edge and core are killed while it answers", async () => {
    await using world = await inWorkspace({ model: WRITES });
    const { slack, acme, running, ann, bob, general } = world;
    const questions = [ann, bob].map((by) => slack.say({ by, in: general, text: `<@${acme.bot}> ${QUESTION}` }));
    await slack.until(() => slack.history(general).some(({ streaming }) => streaming), ANSWERED);
    const { edge = 0, core = 0 } = childrenOf(running.child);
    process.kill(edge, "SIGKILL");
    process.kill(core, "SIGKILL");
    for (const question of questions) expect((await world.answerTo(question)).text).toContain("28 days");
    const answered = slack.history(general).flatMap(({ thread, by }) => (by === acme.bot && thread ? [thread] : []));
    expect(answered.toSorted()).toEqual(questions.toSorted());
    expect(slack.transcript.violations).toEqual([]);
  });

  it("stops Slack for an app that is taken out, says so, and serves the page on", async () => {
    await using world = await inWorkspace();
    const { slack, acme, running } = world;
    slack.world.uninstall({ team: acme.id });
    await running.says(/hearth forget/);
    const [, url = ""] = await running.says(/(http:\/\/\S+)/);
    expect((await fetch(new URL("/api/status", url))).status).toBe(200);
  });
});
