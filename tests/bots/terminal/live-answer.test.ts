import { describe, expect, it } from "vitest";
import { createLiveAnswer } from "../../../src/bots/terminal/live-answer.ts";
import type { Answered, Progress } from "../../../src/brain/brain.ts";
import { passage, quoted, unknown } from "../../helpers/scripted-brain.ts";
import {
  puppet,
  smol,
  twoQuoted,
  written,
  writingStep,
  writingSteps,
  writtenBy,
} from "../../helpers/written-answer.ts";

/** What is shown for these steps; `after` gives what each of them adds. */
function show(steps: readonly Progress[], given: { model?: typeof smol; columns?: number } = {}) {
  const said: string[] = [];
  const look = { columns: given.columns ?? Infinity, colors: false };
  const live = createLiveAnswer({ look, model: given.model ?? smol, say: (text) => void said.push(text) });
  for (const step of steps) live.onProgress(step);
  return { ...live, said: () => said.join(""), ended: (answered: Answered) => said.join("") + live.rest(answered) };
}

const QUOTES = "Everybody gets 28 days of annual leave. [1]\nTell your lead before ten. [2]\n\n";

describe("an answer shown while it is made", () => {
  it("begins with the quotes, says who is before and why it is late, then grows by sentences, then names the sources", () => {
    expect(show(writingSteps).ended(written())).toBe(
      `${QUOTES}SmolLM2-135M is writing …\n2 questions before yours, about 40 s\n` +
        "The model is still loading; the quoted sentences stand until it has written.\n\n" +
        "You get 28 days a year [1]. Ask your lead first [1].\n\n" +
        "[1] Leave > Annual leave\n  leave.md:3\n  │ Everybody gets 28 days of annual leave. Ask your lead first.\n\n" +
        "[2] Sick leave > Annual leave\n  sick.md:3\n  │ Tell your lead before ten.\n",
    );
  });

  it("shows a sentence as soon as it is there, and nothing twice", () => {
    const steps = writingSteps.filter(({ kind }) => kind === "quoted" || kind === "writing");
    expect(show(steps.slice(0, 2)).said()).toMatch(/writing …\n\nYou get 28 days a year \[1\]\.$/);
    expect(show([...steps.slice(0, 2), ...steps]).said()).toBe(show(steps).said());
  });

  it("wraps what grows as if it had come at once", () => {
    const sentences = Array.from({ length: 9 }, (_, index) => `Sentence ${index} says something of its own [1].`);
    const steps = sentences.map((_, index) => writingStep(sentences.slice(0, index + 1).join(" ")));
    const shown = show([{ kind: "quoted", answer: twoQuoted }, ...steps], { columns: 40 }).said();
    const lines = shown.split("\n\n").at(-1)?.split("\n") ?? [];
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
    expect(lines.join(" ")).toBe(sentences.join(" "));
  });

  it("shows all of an answer of which nothing was told before", () => {
    const { ended } = show([{ kind: "searching" }]);
    expect(ended(quoted())).toMatch(/^Everybody gets 28 days of annual leave\.\n\nLeave > Annual leave/);
    expect(ended(unknown())).toBe("Not in the docs.\n");
  });

  it("leaves the quotes where nothing was written, says why, and names the sources", () => {
    const why = "No sentence that it wrote is carried by the passages.";
    const { ended } = show([{ kind: "quoted", answer: twoQuoted }]);
    const shown = ended({ ...quoted(), answer: twoQuoted, writing: { kind: "not written", why } });
    expect(shown.startsWith(`${QUOTES}SmolLM2-135M is writing …\n${why}\n\n[1] Leave`)).toBe(true);
    expect(shown.match(/Everybody gets/g)).toHaveLength(2);
  });

  it("shows the whole answer where it is another one than was shown", () => {
    const { ended } = show([{ kind: "quoted", answer: twoQuoted }, writingStep("Something else [1].")]);
    expect(ended(written())).toContain("Something else [1].\n\nYou get 28 days a year [1].");
    expect(show([{ kind: "quoted", answer: twoQuoted }]).ended(unknown())).toMatch(/Not in the docs\.\n$/);
    const small = { ...written(), answer: { kind: "plain", text: "Hello." } as const };
    expect(show([{ kind: "quoted", answer: twoQuoted }]).ended(small)).toMatch(/\n\nHello\.\n$/);
  });

  it("labels what a puppet plays, before its first word", () => {
    const label = "rehearsal (a puppet: it plays given words)";
    const played = [...writingSteps.slice(0, 4), writingStep("You get 28 days a year [1].", puppet)];
    expect(show(played, { model: puppet }).said()).toContain(`\n${label}\nYou get 28 days`);
    const atOnce = show([{ kind: "quoted", answer: twoQuoted }], { model: puppet });
    expect(atOnce.ended(written({ model: puppet }))).toContain(`\n${label}\nYou get 28 days`);
    expect(atOnce.ended({ ...written(), writing: writtenBy(puppet) })).toContain(label);
  });

  it("lets nothing that a model writes drive the terminal", () => {
    const shown = show([{ kind: "quoted", answer: twoQuoted }, writingStep("\u001B[2J\u202Ebad \u009B1m[1].")]).said();
    expect(shown.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    expect(shown).toContain("bad");
  });

  it("that is stopped keeps what was shown, with its sources; nothing of it where nothing was", () => {
    expect(show([{ kind: "searching" }]).stopped()).toBeUndefined();
    const quotes = show(writingSteps.slice(0, 2)).stopped();
    expect(quotes?.words).toBe("Everybody gets 28 days of annual leave. Tell your lead before ten.");
    const text = show(writingSteps.slice(0, 5)).stopped();
    expect(text?.words).toBe("You get 28 days a year [1].");
    expect(text?.rest).toMatch(/^\[1\] Leave > Annual leave\n/);
  });

  it("numbers the only source where a written text refers to it", () => {
    const { answer } = quoted(passage());
    if (answer.kind !== "quoted") throw new Error("The helper gives a quoted answer");
    const live = show([{ kind: "quoted", answer }, writingStep("28 days [1].")]);
    expect(live.stopped()?.rest).toMatch(/^\[1\] Leave/);
  });
});
