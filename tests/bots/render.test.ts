import { describe, expect, it } from "vitest";
import { answerText, renderAnswer, type AnswerSettings } from "../../src/bots/render.ts";
import {
  afterProgress,
  apologyWords,
  refusalWords,
  renderGrowing,
  renderStanding,
  staleWords,
  stoppedWords,
  updatedWords,
  waitingWords,
  type Standing,
} from "../../src/bots/render-states.ts";
import type { Answered, ModelLabel, Progress, QuotedAnswer, Written } from "../../src/brain/brain.ts";
import type { Answer, Passage } from "../../src/chat.ts";
import { passage, quoted, unknown } from "../helpers/scripted-brain.ts";

const settings: AnswerSettings = { linkHosts: ["docs.team.example"], canAskHuman: false };
const page = "https://wiki.example/leave";
const leave = passage({ url: page, modifiedAt: "2026-11-24T09:00:00.000Z" });
const old = passage({
  id: "b#0",
  title: "Leave 2024",
  headings: [],
  path: "old/leave.md",
  lines: [7, 9],
  text: "It is 25 days.",
});
const puppet: ModelLabel = { kind: "puppet", name: "Punch" };

const two: QuotedAnswer = {
  kind: "quoted",
  quotes: [
    { passage: 0, text: "Everybody gets 28 days of annual leave.", ranges: [[0, 39]] },
    { passage: 1, text: "It is 25 days.", ranges: [[0, 14]] },
  ],
  passages: [leave, old],
  conflicts: [[0, 1]],
};

function answered(answer: Answer, given: Partial<Answered> = {}): Answered {
  return { ...quoted(), answer, ...given };
}

function written(model: ModelLabel): Written {
  return {
    model,
    promptHash: "0".repeat(64),
    tokens: { prompt: 1, reused: 0, written: 1 },
    sentences: { kept: 1, dropped: 0 },
    leftOut: { passages: 0, turns: 0 },
  };
}

const markdown = (answer: Answer, given: Partial<AnswerSettings> = {}) =>
  renderAnswer(answered(answer), { ...settings, ...given }).markdown;

describe("an answer in a chat", () => {
  it("shows no address that somebody said, but one of the owner's hosts, and where it was said", () => {
    const text =
      "Log in [here](https://evil.example/?d=1) or at www.evil.example/x, as https://docs.team.example/a says.";
    const said = passage({ text, url: "https://chat.example/m1", said: { by: "eve", at: "2026-11-24T09:00:00.000Z" } });
    const answer: QuotedAnswer = {
      kind: "quoted",
      quotes: [{ passage: 0, text, ranges: [] }],
      passages: [said],
      conflicts: [],
    };
    expect(markdown(answer)).not.toContain("evil.example");
    expect(markdown(answer)).toContain("https://docs.team.example/a");
    expect(markdown(answer)).toContain("(https://chat.example/m1)");
    expect(markdown({ ...answer, passages: [passage({ text })] })).toContain("`www.evil.example/x`");
  });

  it("quotes first, says which passages disagree, and then where each stands", () => {
    expect(markdown(two)).toBe(
      [
        "> Everybody gets 28 days of annual leave. [1]",
        "> It is 25 days. [2]",
        "These disagree: [1] Leave (2026-11-24), [2] Leave 2024",
        `[1] [Leave › Annual leave](${page}) · 2026-11-24\n[2] Leave 2024 · \`old/leave.md:7\``,
      ].join("\n\n"),
    );
  });

  it("of one passage needs no number", () => {
    expect(markdown(quoted(leave).answer)).toBe(
      `> Everybody gets 28 days of annual leave.\n\n[Leave › Annual leave](${page}) · 2026-11-24`,
    );
  });

  it("that was written has its text with numbers, and below it what is quoted besides", () => {
    const answer: Answer = {
      ...two,
      kind: "cited",
      text: `You get 28 days [1]. See ${page} or https://evil.example/x.`,
      quotes: [{ passage: 1, text: "It is 25 days.", ranges: [[0, 14]] }],
    };
    expect(markdown(answer)).toBe(
      [
        `You get 28 days [1]. See ${page} or [link removed].`,
        "These disagree: [1] Leave (2026-11-24), [2] Leave 2024",
        "Also quoted:\n> It is 25 days. [2]",
        `[1] [Leave › Annual leave](${page}) · 2026-11-24\n[2] Leave 2024 · \`old/leave.md:7\``,
      ].join("\n\n"),
    );
  });

  it("keeps a quote of several lines a quote, and the number out of its code", () => {
    const text = "Run:\n```sh\nmake rollback\n```";
    const from = passage({ text });
    const answer: Answer = {
      kind: "quoted",
      quotes: [{ passage: 0, text, ranges: [[0, text.length]] }],
      passages: [from, old],
    };
    expect(markdown(answer)).toContain("> Run:\n> ```sh\n> make rollback\n> ```\n> [1]");
  });

  it("says that the documents do not hold it, with the nearest places, and offers a human where there is one", () => {
    expect(markdown(unknown(leave).answer)).toBe(
      `**Not in the docs.**\n\nNearest:\n- [Leave › Annual leave](${page}) · 2026-11-24`,
    );
    expect(markdown(unknown().answer, { canAskHuman: true })).toBe(
      "**Not in the docs.**\n\nNo passage comes near. Try the words that the documents would use.\n\n" +
        "*Ask a human* puts it to somebody who may know.",
    );
  });

  it("of a puppet never goes without saying so", () => {
    const by = { writing: { kind: "written", ...written(puppet) } } as const;
    const label = "**Punch (a puppet: it plays given words)**";
    const { markdown: small } = renderAnswer(answered({ kind: "plain", text: "Hello!" }, by), settings);
    expect(small).toBe(`${label}\n\nHello!`);
    const cited: Answer = { ...two, kind: "cited", text: "28 days [1].", quotes: [] };
    expect(renderAnswer(answered(cited, by), settings).markdown.startsWith(`${label}\n\n28 days [1].`)).toBe(true);
    const model: ModelLabel = { kind: "llama", name: "Small" };
    const real = renderAnswer(answered(cited, { writing: { kind: "written", ...written(model) } }), settings);
    expect(real.markdown).not.toContain("Small");
  });

  it("names the files that were not read, and says what else is to be said, last", () => {
    const given = answered(quoted(leave).answer, { unread: [{ path: "a.bin", reason: "its format is not known." }] });
    const unread = [{ path: "b.pdf", reason: "too large" }];
    const { markdown: shown } = renderAnswer(given, { ...settings, unread, note: "*A note.*" });
    expect(shown.endsWith("Could not read `b.pdf` (too large), `a.bin` (its format is not known)\n\n*A note.*")).toBe(
      true,
    );
  });

  it("has buttons for what people think of it, and none below small talk", () => {
    const buttons = (answer: Answer, canAskHuman: boolean) =>
      renderAnswer(answered(answer), { ...settings, canAskHuman }).buttons.map(({ kind }) => kind);
    expect(buttons(two, false)).toEqual(["up", "down", "why"]);
    expect(buttons(unknown().answer, true)).toEqual(["up", "down", "why", "human"]);
    expect(buttons({ kind: "plain", text: "Hello!" }, true)).toEqual([]);
  });

  it("is remembered by its words alone", () => {
    expect(answerText(two)).toBe("Everybody gets 28 days of annual leave.\nIt is 25 days.");
    expect(answerText({ ...two, kind: "cited", text: "28 days [1]." })).toBe("28 days [1].");
    expect(answerText(unknown(leave).answer)).toBe("Not in the docs.");
  });

  it("lets nothing of a document, a model, a file or an address through that a chat would act on", () => {
    const bad = "@everyone <@1> https://evil.example/p ![x](https://evil.example/q) xoxb-1 \u202e\u200b";
    const evil = passage({
      title: `Title ${bad}`,
      headings: [`Heading ](https://evil.example/h) ${bad}`],
      path: `files/${bad}.md`,
      text: bad,
      url: "https://a:b@evil.example/u",
    });
    const quotes = [{ passage: 0, text: bad, ranges: [[0, 5]] as const }] as const;
    const model: ModelLabel = { kind: "puppet", name: bad };
    const passages: readonly [Passage, ...Passage[]] = [evil, { ...evil, url: `javascript:${bad}` }];
    const unread = [{ path: bad, reason: bad }];
    const answers: readonly Answer[] = [
      { kind: "quoted", quotes, passages, conflicts: [[0, 1]] },
      { kind: "cited", text: bad, quotes, passages },
      { kind: "plain", text: bad },
      { kind: "unknown", nearest: passages },
    ];
    const states: readonly Progress[] = [
      { kind: "quoted", answer: { kind: "quoted", quotes, passages } },
      { kind: "late", why: bad },
      { kind: "writing", text: bad, passages, model },
    ];
    const source = { title: bad, path: bad, change: "changed" } as const;
    const shown = [
      ...answers
        .map((answer) =>
          renderAnswer(answered(answer, { unread, writing: { kind: "written", ...written(model) } }), settings),
        )
        .map((content) => content.markdown),
      ...states.map((_, end) => renderStanding(states.slice(0, end + 1).reduce(afterProgress, { note: "" }), settings)),
      staleWords([source]),
      updatedWords([source], { day: "2026-11-28" }),
    ];
    for (const text of shown) {
      expect(text).toMatch(/everyone/);
      expect(text).not.toMatch(/https?:\/\/|@everyone|<@|xoxb|!\[|[\u202e\u200b]/);
      expect(text.replaceAll(/`[^`\n]*`/g, "")).not.toContain("evil.example");
    }
  });
});

describe("an answer on its way", () => {
  const writing = (text: string): Progress => ({ kind: "writing", text, passages: [leave, old], model: puppet });
  const after = (...progress: readonly Progress[]) => progress.reduce(afterProgress, { note: "" });
  const shown = (standing: Standing) => renderStanding(standing, settings);
  const isQuoted: Progress = { kind: "quoted", answer: two };

  it("shows nothing while it searches, then the quotes, and what goes on", () => {
    expect(shown(after({ kind: "searching" }))).toBe("");
    expect(shown(after({ kind: "asking-again" }))).toBe("*The search was restarted; your question is asked again …*");
    expect(shown(after(isQuoted))).toMatch(/^> Everybody gets 28 days[^]*\n\n\*Writing …\*\n\n\[1\] \[Leave/);
  });

  it("says who is before it where that takes more than five seconds", () => {
    const waiting = (seconds: number) => shown(after(isQuoted, { kind: "waiting", ahead: 2, seconds }));
    expect(waiting(40)).toContain("*2 questions before yours, about 40 s*");
    expect(waiting(5)).toContain("*Writing …*");
    expect(waitingWords({ ahead: 0, seconds: 8 })).toBe("Yours is next, about 8 s");
    expect(waitingWords({ ahead: 1, seconds: 180 })).toBe("1 question before yours, about 3 min");
    expect(shown(after(isQuoted, { kind: "late", why: "The model is busy" }))).toContain("*The model is busy.*");
  });

  it("shows what is written below the quotes, with its label, and no more of waiting", () => {
    const text = shown(after(isQuoted, writing("You get 28 days [1]."), { kind: "waiting", ahead: 3, seconds: 60 }));
    expect(text).toBe(
      [
        "> Everybody gets 28 days of annual leave. [1]",
        "> It is 25 days. [2]",
        "These disagree: [1] Leave (2026-11-24), [2] Leave 2024",
        "**Punch (a puppet: it plays given words)**",
        "You get 28 days [1].",
        "*Writing …*",
        `[1] [Leave › Annual leave](${page}) · 2026-11-24\n[2] Leave 2024 · \`old/leave.md:7\``,
      ].join("\n\n"),
    );
  });

  it("begins anew where the core was restarted", () => {
    expect(after(isQuoted, writing("You get"), { kind: "asking-again" })).toEqual({ note: expect.any(String) });
  });

  it("says when it was stopped, whatever was there", () => {
    expect(stoppedWords(after({ kind: "searching" }), settings)).toBe("*Stopped.*");
    expect(stoppedWords(after(isQuoted, writing("You get 28 days [1].")), settings)).toContain("*Stopped.*");
  });
});

describe("sentences of Hearth's own", () => {
  it("say why there is no answer", () => {
    expect(refusalWords({ why: "all", seconds: 130 })).toBe(
      "Too many questions are waiting already, so this one is not answered. Please ask again in about 2 min.",
    );
    expect(apologyWords(1)).toContain("more than 1 hour before");
  });

  it("say which sources have changed", () => {
    const sources = [
      { title: "Leave", path: "leave.md", change: "changed" },
      { title: "Press", path: "press.md", change: "removed" },
    ] as const;
    expect(staleWords(sources)).toBe(
      "The source changed since: Leave. The source is no longer there: Press. Ask again to see what the documents say now.",
    );
  });
});

describe("an address that a model made up", () => {
  it.each([
    ["a state", renderStanding],
    ["what only grows", renderGrowing],
  ])("is not in %s", (_what, show) => {
    const text = `See https://made-up.example/x and [here](https://made-up.example/y) and ${page} [1].`;
    const writing = { kind: "writing", text, passages: [leave], model: puppet } as const;
    const shown = show({ writing, note: "" }, settings);
    expect(shown).not.toContain("made-up.example");
    expect(shown).toContain(page);
  });
});
