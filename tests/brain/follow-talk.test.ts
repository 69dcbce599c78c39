import { describe, expect, it } from "vitest";
import type { StaleAnswer } from "../../src/brain/brain.ts";
import { readersOf, type Question } from "../../src/chat.ts";
import { askedIn, OTHER_PLACE, PLACE, saidIn } from "../helpers/channel-talk.ts";
import { readBrain, type ReadBrain } from "../helpers/read-brain.ts";
import type { Line } from "../helpers/talk.ts";

const signal = AbortSignal.timeout(300_000);
const LINES: readonly Line[] = [
  ["ann", "shall we move the release of the billing export?", 0],
  ["bob", "we decided to move the billing export release to 14 December", 2],
  ["eve", "the canteen closes at three on Fridays", 90],
];
const WORDS = "what did we decide about the billing export release?";

/** A brain that has heard the talk of tests, which is kept for as long as it takes. */
async function heard(): Promise<ReadBrain> {
  const brain = await readBrain();
  await brain.keepTalk(PLACE, { by: "ann", days: 36_500, signal });
  await brain.hear(saidIn(PLACE, LINES), { signal });
  return brain;
}

async function ask(brain: ReadBrain, given: Partial<Question> = {}): Promise<string> {
  const { id, answer } = await brain.answer(askedIn(WORDS, [PLACE], given), { signal });
  expect(JSON.stringify(answer)).toContain("14 December");
  return id;
}

async function staleNow(brain: ReadBrain, id: string): Promise<StaleAnswer["sources"][number][]> {
  const stale = await brain.staleAnswers({ platform: "discord", ids: [id] }, { signal });
  return stale.flatMap(({ sources }) => [...sources]);
}

describe("answers that were taken from messages", { timeout: 60_000 }, () => {
  it("are stale once a message is deleted, and name nobody then", async () => {
    await using brain = await heard();
    const id = await ask(brain);
    expect(await staleNow(brain, id)).toEqual([]);
    await brain.revise([{ conversation: PLACE, id: "m1" }], { signal });
    await expect.poll(() => staleNow(brain, id)).not.toEqual([]);
    const sources = await staleNow(brain, id);
    expect(sources).toContainEqual(expect.objectContaining({ title: "a message of 2026-11-02", change: "removed" }));
    expect(JSON.stringify(sources)).not.toContain("bob");
  });

  it("are stale once a message no longer says what was quoted, and true again when it does", async () => {
    await using brain = await heard();
    const id = await ask(brain);
    const edit = (text: string) => brain.revise([{ conversation: PLACE, id: "m1", text }], { signal });
    const changes = async () => (await staleNow(brain, id)).map(({ change }) => change);
    await edit("It is NOT true that we decided to move the billing export release to 14 December");
    await expect.poll(changes).toEqual(["changed"]);
    await edit("we decided to move the billing export release to 14 December");
    await expect.poll(changes).toEqual([]);
  });

  it("are told at once", async () => {
    await using brain = await heard();
    const id = await ask(brain);
    const ending = new AbortController();
    const told = Promise.withResolvers<StaleAnswer>();
    const onStale = async (stale: StaleAnswer) => told.resolve(stale);
    const watching = brain.watchAnswers({ platform: "discord" }, { signal: ending.signal, onStale });
    await brain.revise([{ conversation: PLACE, id: "m1" }], { signal });
    expect(await told.promise).toMatchObject({ id, messageId: "asked" });
    ending.abort();
    await watching;
  });

  it("are stale when somebody's talk is forgotten, and when a place is kept no longer", async () => {
    await using brain = await heard();
    const mine = await ask(brain);
    const forgotten = await brain.forget({ platform: "discord", space: "g", askerId: "bob" }, { signal });
    expect(forgotten).toMatchObject({ talk: 1 });
    expect((await staleNow(brain, mine)).map(({ change }) => change)).toContain("removed");
    await brain.hear(
      saidIn(PLACE, [["cem", "the billing export release is on 14 December, we decided", 5, { id: "c1" }]]),
      { signal },
    );
    const other = await ask(brain, { message: { ...askedIn(WORDS, []).message, id: "asked again" } });
    await brain.dropTalk(PLACE, { signal });
    expect((await staleNow(brain, other)).map(({ change }) => change)).toContain("removed");
  });

  it("do not repeat to the next question what was deleted", async () => {
    await using brain = await heard();
    await ask(brain);
    const { message } = askedIn(WORDS, [PLACE]);
    const author = { id: "hearth", name: "Hearth", isBot: true };
    const answer = { ...message, id: "answer", author, text: "It moves to 14 December", replyTo: message.id };
    await brain.remember([message, answer], { signal });
    const turns = () => brain.turns({ conversation: PLACE, replyTo: "answer" }, { signal });
    expect(await turns()).toHaveLength(2);
    await brain.revise([{ conversation: PLACE, id: "m1" }], { signal });
    await expect.poll(turns).toEqual([]);
  });

  it("are explained by the messages that are still there, to those who read the place", async () => {
    await using brain = await heard();
    const id = await ask(brain);
    const why = async (clearance: Question["clearance"]) =>
      (await brain.why(id, { clearance, signal }))?.passages ?? [];
    const all = [readersOf(PLACE)];
    const [used] = (await why(all)).filter(({ isUsed }) => isUsed);
    expect(used).toMatchObject({ documentId: "talk:discord:g:design", title: "a message of 2026-11-02" });
    const ofOthers = await why(["team", readersOf(OTHER_PLACE)]);
    expect(ofOthers.filter(({ documentId }) => documentId.startsWith("talk:"))).toEqual([]);
    const before = (await why(all)).length;
    await brain.revise([{ conversation: PLACE, id: "m1" }], { signal });
    await expect.poll(async () => (await why(all)).length).toBe(before - 1);
  });
});
