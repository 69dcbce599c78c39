import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openSlackEmulator, type SlackEmulator } from "../../emulators/slack/emulator.ts";
import type { Workspace } from "../../emulators/slack/world.ts";
import { childrenOf, DOCUMENTS, hearth, scratch, type Running } from "../helpers/hearth.ts";

const ANSWERED = 60_000;

interface Acme extends AsyncDisposable {
  readonly slack: SlackEmulator;
  readonly acme: Workspace;
  readonly running: Running;
  readonly ann: string;
  readonly bob: string;
  readonly general: string;
  readonly folder: string;
  /** Hearth's answer below a message, once nothing more is written on it. */
  answerTo(message: string, channel?: string): Promise<ReturnType<SlackEmulator["history"]>[number]>;
}

/** Hearth, in a workspace with two people and one channel. */
async function inWorkspace(more: { readonly model?: string; readonly slack?: string } = {}): Promise<Acme> {
  await using stack = new AsyncDisposableStack();
  const slack = stack.use(await openSlackEmulator());
  const acme = slack.world.workspace({ name: "Acme" });
  const [ann = "", bob = ""] = ["ann", "bob"].map((name) =>
    slack.world.user({ team: acme.id, name, isAdmin: name === "ann" }),
  );
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
  const running = stack.use(hearth(["start", "--port", "0", "--data", "data"], { cwd: place.folder, env }));
  await running.says(/Ctrl-C stops/, 90_000);
  await slack.until(() => slack.sockets.open().length > 0, ANSWERED);
  const owned = stack.move();
  return {
    slack,
    acme,
    running,
    ann,
    bob,
    general,
    folder: place.folder,
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

describe("journey: Slack", { timeout: 240_000 }, () => {
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

  it(
    "keeps a channel's talk where it may, answers from it, posts a digest once, and forgets all of it",
    { timeout: 300_000 },
    async () => {
      await using world = await inWorkspace();
      const { slack, acme, running, ann, bob, general, folder } = world;
      const type = (by: string, command: string, text: string) => slack.slash({ by, in: general, command, text });
      const told = (to: string, words: RegExp) =>
        slack.until(
          () => slack.visible({ to, in: general }).find(({ ephemeral, text }) => ephemeral && words.test(text)),
          ANSWERED,
        );
      const posted = (words: RegExp) =>
        slack.history(general).filter(({ by, text }) => by === acme.bot && words.test(text));

      slack.say({ by: bob, in: general, text: "Before anybody switched it on: quagga." });
      await type(bob, "/hearth", "memory on");
      await told(bob, /^That takes/);
      await type(ann, "/hearth", "memory on");
      await slack.until(() => posted(/From now on Hearth keeps/).length === 1, ANSWERED);

      const decided = slack.say({
        by: ann,
        in: general,
        text: "We decided that the printer moves to the room Zanzibar on Friday.",
      });
      slack.say({
        by: bob,
        in: general,
        thread: decided,
        text: "I will carry the toner cartridges, please order two more by Thursday.",
      });
      slack.say({ by: bob, in: general, text: "Who has the key of the room Okapi?" });
      await slack.until(() => isIn(folder, "Zanzibar") && isIn(folder, "Okapi"), ANSWERED);
      const question = slack.say({
        by: bob,
        in: general,
        text: `<@${acme.bot}> where did we decide that the printer moves to?`,
      });
      const answer = await world.answerTo(question);
      expect(answer.text).toContain("Zanzibar");
      expect(answer.text).toContain(`/archives/${general}/p${decided.replace(".", "")}`);

      // By the clock, whose minute comes while nobody may write for a while, and then the one that writes is killed.
      const at = new Date(Date.now() + 75_000);
      const time = at.toISOString().slice(11, 16);
      await type(ann, "/digest", `schedule daily ${time} in UTC`);
      await told(ann, /Done/);
      const made = () => posted(/Zanzibar/).filter(({ ts }) => ts !== answer.ts);
      slack.rest.fail({ method: "chat.postMessage", sequence: ["commit-then-reset"] });
      await slack.until(() => made().length > 0, 120_000);
      process.kill(childrenOf(running.child)["edge"] ?? 0, "SIGKILL");
      await slack.until(() => slack.sockets.open().length === 0, ANSWERED);
      await slack.until(() => slack.sockets.open().length > 0, ANSWERED);
      const [digest] = made();
      await slack.until(
        () => slack.transcript.calls("chat.update").some(({ args }) => args["ts"] === digest?.ts),
        60_000,
      );
      expect(made()).toHaveLength(1);
      expect(digest?.text).toContain(`/archives/${general}/p`);

      slack.remove({ in: general, message: decided });
      await slack.until(
        () => made().length === 0 && posted(/Okapi|toner/).some(({ ts }) => ts === digest?.ts),
        ANSWERED,
      );

      await type(ann, "/hearth", "forget channel");
      const receipt = await told(ann, /Deleted, for good/);
      expect(receipt.text).toMatch(/[1-9]\d* messages? of channels whose talk is kept/);
      expect(receipt.text).toMatch(/Not deleted/);
      const words = ["Zanzibar", "toner", "Okapi", "quagga"];
      for (let times = 0; times < 60 && words.some((word) => isIn(folder, word)); times++) await delay(1_000);
      expect(words.filter((word) => isIn(folder, word))).toEqual([]);
      expect(slack.transcript.violations).toEqual([]);
    },
  );
});

/** Whether a word stands in a file of Hearth's data folder. */
function isIn(folder: string, word: string): boolean {
  const data = join(folder, "data");
  if (!existsSync(data)) throw new Error("There is no data folder");
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.some(({ parentPath, name }) => {
    try {
      return readFileSync(join(parentPath, name)).includes(word);
    } catch {
      // It went while we looked.
      return false;
    }
  });
}
