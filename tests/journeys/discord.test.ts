import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openDiscordEmulator, type DiscordEmulator } from "../../emulators/discord/emulator.ts";
import { childrenOf, DOCUMENTS, hearth, scratch, type Running } from "../helpers/hearth.ts";

const token = ["A".repeat(24), "B".repeat(6), "C".repeat(38)].join(".");
const ANSWERED = 90_000;

interface Guild extends AsyncDisposable {
  readonly emulator: DiscordEmulator;
  readonly running: Running;
  readonly folder: string;
  readonly ann: string;
  readonly bob: string;
  /** Manages channels. */
  readonly mod: string;
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
  const keepers = emulator.world.role({ guild, name: "keepers", permissions: ["MANAGE_CHANNELS"] });
  const mod = emulator.world.member({ guild, name: "mod", roles: [keepers] });
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
  await running.says(/Ctrl-C stops/, ANSWERED);
  await emulator.until(() => emulator.gateway.sessions > 0 && emulator.commands().length > 0, ANSWERED);
  const owned = stack.move();
  return {
    emulator,
    running,
    folder: place.folder,
    ann,
    bob,
    mod,
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

/** The files in a folder in which a word lies, whatever they are. */
function filesWith(folder: string, word: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => {
    try {
      return readFileSync(path).includes(word);
    } catch {
      // It went while we looked.
      return false;
    }
  });
}

const WRITES = 'model: { use: "puppet:puppet.json", write: always }\n';
const QUESTION = "How many days of annual leave do we get?";

describe("journey: Discord", { timeout: 300_000 }, () => {
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

  it("keeps a channel's talk once that is switched on, answers from it, makes digests of it, and forgets", async () => {
    await using guild = await inGuild();
    const { emulator, running, folder, ann, bob, mod, general } = guild;
    const command = async (
      by: string,
      name: string,
      more: { path?: string[]; options?: Record<string, string> } = {},
    ) => {
      const used = emulator.slash({ by, in: general, name, ...more });
      return emulator.until(() => used.content, ANSWERED);
    };
    const own = () => emulator.history(general).filter(({ author }) => author === emulator.bot);
    // Nobody switches it on who does not manage the channel; who does, does so before everybody's eyes.
    expect(await command(ann, "memory", { path: ["on"] })).toContain("Manage Channels");
    emulator.say({ by: ann, in: general, text: "The Pangolin moves to Tuesday, said before the switch." });
    expect(await command(mod, "memory", { path: ["on"] })).toContain("kept");
    await emulator.until(() => own().some(({ content }) => content.includes("/memory opt-out")), ANSWERED);
    // An answer is taken from what was said, and leads to the message.
    const said = emulator.say({
      by: ann,
      in: general,
      text: "We decided that the launch of Zanzibar moves to 12 December, because the Narwhal broke.",
    });
    emulator.say({ by: bob, in: general, text: "Good. I will tell the Quokka customers by Friday." });
    await vi.waitFor(() => expect(filesWith(join(folder, "data", "talk"), "Quokka")).not.toEqual([]), {
      timeout: ANSWERED,
    });
    const question = emulator.say({ by: bob, in: general, text: "When is the launch of Zanzibar?", mentionsBot: true });
    const { content } = await guild.answerTo(question);
    expect(content).toContain("12 December");
    expect(content).toContain(`/${general}/${said}`);
    // A digest comes by the clock, once, though Hearth is killed before it is due and right after it was posted.
    const due = new Date(Date.now() + 90_000);
    const when = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
    const schedule = { path: ["schedule"], options: { when, zone: "UTC" } };
    expect(await command(mod, "digest", schedule)).toContain("Done");
    const killEdge = () => process.kill(childrenOf(running.child)["edge"] ?? 0, "SIGKILL");
    killEdge();
    const digests = () => own().filter((message) => message.content.startsWith("**Digest"));
    const digest = await emulator.until(() => digests()[0], 300_000);
    killEdge();
    expect(digest.content).toContain("Narwhal");
    expect(digest.content).toContain(`/${general}/${said}`);
    const again = emulator.say({ by: bob, in: general, text: QUESTION, mentionsBot: true });
    const answer = await guild.answerTo(again);
    expect(answer.content).toContain("28 days");
    // Its buttons work as soon as all of it is written down.
    const why = emulator.press({ by: bob, in: general, message: answer.id, label: "Why?" });
    expect(await emulator.until(() => why.content, ANSWERED)).toContain("Leave");
    // A deletion takes its line out of what stands.
    emulator.remove({ message: said, in: general });
    await emulator.until(() => digests().every((one) => !one.content.includes("Narwhal")), ANSWERED);
    expect(digests().map(({ id }) => id)).toEqual([digest.id]);
    // Forgetting leaves no byte of it.
    emulator.say({ by: ann, in: general, text: "Yesterday the Aardvark ate my lunch." });
    await emulator.until(() => filesWith(join(folder, "data"), "Aardvark").length > 0, ANSWERED);
    const receipt = await command(ann, "forget", { options: { what: "me" } });
    expect(receipt).toMatch(/Deleted, for good[^]*Not deleted/);
    for (const word of ["Pangolin", "Narwhal", "Aardvark"])
      await vi.waitFor(() => expect(filesWith(join(folder, "data"), word)).toEqual([]), {
        timeout: 60_000,
        interval: 500,
      });
    expect(filesWith(join(folder, "data"), "Quokka")).not.toEqual([]);
    expect(emulator.transcript.violations).toEqual([]);
  }, 900_000);
});
