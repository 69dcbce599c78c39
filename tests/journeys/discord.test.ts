import { describe, expect, it } from "vitest";
import { openDiscordEmulator, type DiscordEmulator } from "../../emulators/discord/emulator.ts";
import { childrenOf, DOCUMENTS, hearth, scratch, type Running } from "../helpers/hearth.ts";

const token = ["A".repeat(24), "B".repeat(6), "C".repeat(38)].join(".");
const ANSWERED = 30_000;

interface Guild extends AsyncDisposable {
  readonly emulator: DiscordEmulator;
  readonly running: Running;
  readonly folder: string;
  readonly ann: string;
  readonly bob: string;
  readonly general: string;
  /** Hearth's answer to a message, once nothing more is written on it. */
  answerTo(message: string, channel?: string): Promise<{ readonly id: string; readonly content: string }>;
}

/** Hearth, in a guild with two people and one channel. */
async function inGuild(more: { readonly model?: string; readonly discord?: string } = {}): Promise<Guild> {
  await using stack = new AsyncDisposableStack();
  const emulator = stack.use(await openDiscordEmulator({ token, rates: "wide" }));
  const guild = emulator.world.guild({ name: "Acme" });
  const [ann = "", bob = ""] = ["ann", "bob"].map((name) => {
    const user = emulator.world.user({ name });
    emulator.world.member({ guild, user });
    return user;
  });
  const general = emulator.world.channel({ guild, name: "general" });
  const place = stack.use(
    scratch({
      ...DOCUMENTS,
      "puppet.json": JSON.stringify({
        answers: ["Everybody gets 28 days of annual leave a year [1]. Ask your lead two weeks before [1]."],
        tokensPerSecond: 8,
        record: "prompts.jsonl",
      }),
      "config/hearth.yaml": `documents: [{ folder: docs }]\ndiscord: { api: "${emulator.api}", cdn: "${emulator.cdn}"${more.discord ?? ""} }\n${more.model ?? ""}`,
    }),
  );
  const running = stack.use(hearth(["start", "--port", "0"], { cwd: place.folder, env: { DISCORD_TOKEN: token } }));
  await running.says(/Ctrl-C stops/);
  await emulator.until(() => emulator.gateway.sessions > 0 && emulator.commands().length > 0, ANSWERED);
  const owned = stack.move();
  return {
    emulator,
    running,
    folder: place.folder,
    ann,
    bob,
    general,
    answerTo: (message, channel = general) =>
      emulator.until(
        () =>
          emulator.history(channel).find(({ replyTo, components }) => {
            const labels = components.map(({ label }) => label);
            return replyTo === message && labels.includes("Why?");
          }),
        ANSWERED,
      ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const WRITES = 'model: { use: "puppet:puppet.json", write: always }\n';
const QUESTION = "How many days of annual leave do we get?";

describe("journey: Discord", { timeout: 120_000 }, () => {
  it("quotes at once, writes below, and breaks none of Discord's rules", async () => {
    await using guild = await inGuild({ model: WRITES });
    const { emulator, ann, general } = guild;
    const question = emulator.say({ by: ann, in: general, text: QUESTION, mentionsBot: true });
    const first = await emulator.until(
      () => emulator.history(general).find(({ replyTo }) => replyTo === question),
      ANSWERED,
    );
    expect(first.content).toMatch(/^> Everybody gets 28 days of annual leave a year\./);
    expect(first.components.map(({ label }) => label)).toEqual(["Stop"]);
    const { content } = await guild.answerTo(question);
    expect(content).toContain("Ask your lead two weeks before [1].");
    expect(emulator.transcript.violations).toEqual([]);
    const shown = emulator.transcript.entries.flatMap((entry) => (entry.kind === "rest" && entry.pings ? [entry] : []));
    expect(shown.length).toBeGreaterThan(1);
    for (const { pings, body } of shown) {
      expect(pings).toMatchObject({ everyone: false, users: [], roles: [] });
      expect(body).toMatchObject({ flags: 4 });
    }
  });

  it("answers in a direct message, and follows up on a reply", async () => {
    await using guild = await inGuild();
    const { emulator, ann, general } = guild;
    const dm = emulator.world.dm({ with: ann });
    const asked = emulator.say({ by: ann, in: dm, text: QUESTION });
    const answer = await guild.answerTo(asked, dm);
    expect(answer.content).toContain("28 days");
    const question = emulator.say({
      by: ann,
      in: general,
      text: "When do I tell my lead that I am sick?",
      mentionsBot: true,
    });
    const { id, content } = await guild.answerTo(question);
    expect(content).toContain("before ten in the morning");
    const followUp = emulator.say({
      by: ann,
      in: general,
      text: "and is a doctor's note needed for that?",
      replyTo: id,
    });
    expect((await guild.answerTo(followUp)).content).toContain("doctor's note");
  });

  it("loses no question and doubles no answer when edge and core are killed while it answers", async () => {
    await using guild = await inGuild({ model: WRITES });
    const { emulator, running, ann, bob, general } = guild;
    const questions = [ann, bob].map((by) => emulator.say({ by, in: general, text: QUESTION, mentionsBot: true }));
    await emulator.until(() => emulator.history(general).some(({ replyTo }) => replyTo !== undefined), ANSWERED);
    const { edge = 0, core = 0 } = childrenOf(running.child);
    process.kill(edge, "SIGKILL");
    process.kill(core, "SIGKILL");
    for (const question of questions) expect((await guild.answerTo(question)).content).toContain("28 days");
    const replies = emulator.history(general).flatMap(({ replyTo }) => replyTo ?? []);
    expect(replies.toSorted()).toEqual(questions.toSorted());
  });

  it("stops Discord for a token that is revoked, says so, and serves the page on", async () => {
    await using guild = await inGuild();
    const { emulator, running } = guild;
    emulator.world.revokeToken();
    await running.says(/Developer Portal/);
    const [, url = ""] = await running.says(/(http:\/\/\S+)/);
    expect((await fetch(new URL("/api/status", url))).status).toBe(200);
  });
});
