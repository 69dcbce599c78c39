import { describe, expect, it } from "vitest";
import type { Engine, EngineRequest } from "../../src/brain/engine.ts";
import type { Prompts } from "../../src/brain/prompts.ts";
import { createPuppet } from "../../src/brain/puppet.ts";
import { createWriter, type Writer } from "../../src/brain/write.ts";
import { piecesOf } from "../../src/brain/write-pieces.ts";
import type { Passage, Question, Turn } from "../../src/chat.ts";
import { termsOf, weigh } from "../../src/knowledge/terms.ts";
import { passage } from "../helpers/scripted-brain.ts";

const signal = new AbortController().signal;
const prompts: Prompts = { answer: [{ role: "system", text: "Answer." }], version: 1, hash: "abc" };
const leave = passage({
  id: "leave#0",
  text: "Everybody gets 28 days of annual leave. Ask your lead first. Leave ends in May.",
});
const keys = passage({
  id: "keys#0",
  title: "Keys",
  headings: [],
  text: "A lost key costs 40 EUR. Keys and annual leave days are told to HR.",
});

const question = (text: string, turns: readonly Turn[] = []): Question => ({
  message: {
    id: "q1",
    conversation: { platform: "web", space: "local", channel: "page" },
    author: { id: "reader", name: "reader", isBot: false },
    text,
    sentAt: "2026-11-24T09:00:00.000Z",
  },
  turns,
  clearance: ["team"],
});
const foundFor = (text: string, passages: readonly Passage[]) => ({
  hits: passages.map((one, place) => ({ passage: one, score: 10 - place })),
  terms: termsOf(text, []).map((term) => weigh(term, { count: 2, total: 100 })),
});
/** What is asked, with the first sentence of the first passage quoted. */
const asked = (text = "How many days of annual leave?", turns: readonly Turn[] = []) => {
  const end = leave.text.indexOf(".") + 1;
  const quotes = [{ passage: 0, text: leave.text.slice(0, end), ranges: [[0, end]] }] as const;
  return {
    question: question(text, turns),
    found: foundFor(text, [leave, keys]),
    quoted: { kind: "quoted", quotes, passages: [leave] },
  } as const;
};

/** A message as a passage, quoted whole, for a question about it. */
const askedOfTalk = () => {
  const text = "Annual leave days are doubled in December.";
  const said = { by: "Ann", at: "2026-11-02T09:00:00.000Z" };
  const message = passage({ id: "talk:web:local:page#1", documentId: "talk:web:local:page", headings: [], text, said });
  const quotes = [{ passage: 0, text, ranges: [[0, text.length]] }] as const;
  return {
    question: question("What did Ann say about annual leave days?"),
    found: foundFor("What did Ann say about annual leave days?", [message]),
    quoted: { kind: "quoted", quotes, passages: [message] },
  } as const;
};

/** An engine that says what is given, and keeps what it was asked. */
function recorded(answers: string[]): Engine & { readonly requests: EngineRequest[] } {
  const puppet = createPuppet({ answers });
  const requests: EngineRequest[] = [];
  return {
    ...puppet,
    requests,
    generate: (request, options) => {
      requests.push(request);
      return puppet.generate(request, options);
    },
  };
}
const write = async (says: string, given: Parameters<Writer["write"]>[0] = asked()) => {
  const states: string[] = [];
  const writer = createWriter({ engine: createPuppet({ answers: [says] }), prompts });
  const answer = await writer.write(given, { signal, onText: (text) => states.push(text) });
  return { ...answer, states };
};

describe("write", () => {
  it("shows what is carried, with its mark put right, and says what it cost", async () => {
    const { text, passages, quotes, written } = await write("Everybody gets 28 days of annual leave.");
    expect(text).toBe("Everybody gets 28 days of annual leave [1].");
    expect(passages.map(({ id }) => id)).toEqual(["leave#0"]);
    expect(quotes).toEqual([]);
    expect(written).toMatchObject({
      model: { kind: "puppet", name: "puppet" },
      promptHash: "abc",
      sentences: { kept: 1, dropped: 0 },
      leftOut: { passages: 0, turns: 0 },
    });
    expect(written.tokens.prompt).toBeGreaterThan(10);
    expect(written.tokens.written).toBe(7);
  });

  it("drops what is not carried, and keeps the quotes that are not said", async () => {
    const said = "You get 30 days of annual leave [1]. Keys and annual leave days are told to HR [2]. So says the CEO.";
    const { text, passages, quotes, written } = await write(said);
    expect(text).toBe("Keys and annual leave days are told to HR [2].");
    expect(passages.map(({ id }) => id)).toEqual(["leave#0", "keys#0"]);
    expect(quotes).toHaveLength(1);
    expect(written.sentences).toEqual({ kept: 1, dropped: 2 });
  });

  it.each([
    ["nothing", ""],
    ["a refusal", "The documents do not say that."],
    ["the question", "How many days of annual leave?"],
    ["the place of a document", "Document 1: Leave > Annual leave"],
    ["the rules", "Answer."],
    ["a lie", "Everybody gets 29 days of annual leave [1]."],
    ["a bare yes", "Yes."],
  ])("has no text when the model says %s", async (_, says) => {
    const { text, states, quotes, passages } = await write(says);
    expect(text).toBe("");
    expect(states).toEqual([]);
    expect(quotes).toHaveLength(1);
    expect(passages).toEqual([leave]);
  });

  it("takes a yes or a reference to the documents from the beginning of a sentence", async () => {
    const said = "Yes, everybody gets 28 days of annual leave [1].";
    expect((await write(said)).text).toBe("Everybody gets 28 days of annual leave [1].");
    const referred = "According to the documents, everybody gets 28 days of annual leave.";
    expect((await write(referred)).text).toBe("Everybody gets 28 days of annual leave [1].");
  });

  it("writes from messages as from documents, and keeps nothing of them with the model", async () => {
    const engine = recorded(["Annual leave days are doubled in December [1]."]);
    const writer = createWriter({ engine, prompts });
    const options = { signal, onText: () => {} };
    const { text, passages } = await writer.write(askedOfTalk(), options);
    expect(text).toBe("Annual leave days are doubled in December [1].");
    expect(passages[0]?.said?.by).toBe("Ann");
    expect(engine.requests[0]?.isPassing).toBe(true);
    await writer.write(asked(), options);
    expect(engine.requests[1]?.messages.map((message) => message.text).join()).not.toContain("doubled");
    expect(engine.requests[1]?.isPassing).toBeUndefined();
  });

  it("drops what is carried but beside the point, unless it goes on from what was said", async () => {
    expect((await write("A lost key costs 40 EUR [2].")).text).toBe("");
    const goesOn = "Everybody gets 28 days of annual leave. Ask your lead first.";
    expect((await write(goesOn)).text).toBe("Everybody gets 28 days of annual leave [1]. Ask your lead first [1].");
  });

  it("streams whole checked sentences only, and only adds to them", async () => {
    const said =
      "Everybody gets 28 days of annual leave [1]. You get 99 days. Ask your lead first [1]. Leave ends in May.";
    const { text, states } = await write(said);
    expect(states.length).toBeGreaterThan(1);
    for (const [place, state] of states.entries()) {
      expect(state.startsWith(states[place - 1] ?? "")).toBe(true);
      expect(state).toMatch(/\.$/);
      expect(state).not.toContain("99");
    }
    expect(states.at(-1)).toBe(text);
  });

  it("passes everything through the gate", async () => {
    const text =
      "Annual leave days: tell @everyone and <@100200300> at <b>once</b>. Annual leave days are at [x](https://x.example).";
    const open = passage({ id: "open#0", text });
    const quoted = { kind: "quoted", quotes: asked().quoted.quotes, passages: [open] } as const;
    const given = { ...asked(), found: foundFor("annual leave days", [open]), quoted };
    const { text: shown } = await write(`${text}\u202e`, given);
    expect(shown).toContain("Annual leave days");
    expect(shown.replaceAll(/`[^`]*`/g, "")).not.toMatch(/@everyone|<@|<b>|https:|\u202e/);
  });

  it("shows a list as a list, with what leads into it", async () => {
    const text = "For annual leave you need:\n\n- a signed form\n- the annual leave days of your lead";
    const listed = passage({ id: "list#0", text });
    const quoted = { kind: "quoted", quotes: asked().quoted.quotes, passages: [listed] } as const;
    const given = { ...asked(), found: foundFor("annual leave form", [listed]), quoted };
    const { text: shown } = await write(
      "You need:\n- a signed form\n- the annual leave days of your lead\n- money",
      given,
    );
    expect(shown).toBe("- For annual leave you need: a signed form [1]\n- the annual leave days of your lead [1]");
  });

  it("shows no sentence that was cut off by the end of its room", async () => {
    const engine = createPuppet({ answers: ["Everybody gets 28 days of annual leave. Ask your lead first"] });
    const writer = createWriter({ engine, prompts, maxTokens: 10 });
    const { text } = await writer.write(asked(), { signal, onText: () => {} });
    expect(text).toBe("Everybody gets 28 days of annual leave [1].");
  });
});

describe("enough", () => {
  const stopped = async (says: string) => {
    let heard = "";
    const puppet = createPuppet({ answers: [says] });
    const engine: Engine = {
      ...puppet,
      generate: (request, options) =>
        puppet.generate(request, {
          ...options,
          onText: (text) => {
            heard = text;
            options.onText?.(text);
          },
        }),
    };
    const writer = createWriter({ engine, prompts, maxTokens: 5_000 });
    const answer = await writer.write(asked(), { signal, onText: () => {} });
    return { ...answer, heard };
  };
  const said = "Everybody gets 28 days of annual leave [1]. ";

  it("is when a sentence comes again", async () => {
    const { heard, text, written } = await stopped(said.repeat(50));
    expect(heard.length).toBeLessThan(said.length * 4);
    expect(text).toBe(said.trim());
    expect(written.tokens.written).toBeGreaterThan(5);
    expect(written.tokens.written).toBeLessThan(40);
  });

  it("is when three sentences in a row are not carried", async () => {
    const lies = Array.from({ length: 50 }, (_, place) => `You get ${100 + place} days.`).join(" ");
    const { heard, written } = await stopped(lies);
    expect(heard.length).toBeLessThan(120);
    expect(written.sentences).toEqual({ kept: 0, dropped: 3 });
  });

  it("is when a sentence never ends", async () => {
    const { heard, text } = await stopped(said + "And on ".repeat(2_000));
    expect(heard.length).toBeLessThan(1_000);
    expect(text).toBe(said.trim());
  });
});

describe("a signal", () => {
  it("ends writing with its reason", async () => {
    const stop = new AbortController();
    const engine = createPuppet({
      answers: ["Everybody gets 28 days of annual leave. ".repeat(20)],
      tokensPerSecond: 1_000,
    });
    const writer = createWriter({ engine, prompts });
    const onText = () => stop.abort(new Error("enough of it"));
    await expect(writer.write(asked(), { signal: stop.signal, onText })).rejects.toThrow("enough of it");
  });
});

describe("a follow-up", () => {
  const first = "How many days of annual leave?";
  const said = "Everybody gets 28 days of annual leave [1].";
  const turns = [
    { role: "user", text: first },
    { role: "assistant", text: "shown otherwise" },
  ] as const;
  const after = async (next: Parameters<Writer["write"]>[0], between?: (writer: Writer) => void) => {
    const engine = recorded([said, "Ask your lead first."]);
    const writer = createWriter({ engine, prompts });
    await writer.write(asked(first), { signal, onText: () => {} });
    between?.(writer);
    await writer.write(next, { signal, onText: () => {} });
    const [one, two] = engine.requests.map(({ messages }) => messages);
    return { one: one ?? [], two: two ?? [] };
  };

  it("goes on from the very messages before, and shows no passage twice", async () => {
    const { one, two } = await after(asked("And who is asked for leave?", turns));
    expect(two.slice(0, one.length)).toEqual(one);
    expect(two[one.length]).toEqual({ role: "assistant", text: said });
    expect(two).toHaveLength(one.length + 2);
    expect(two.at(-1)?.text).toContain("And who is asked for leave?");
    expect(two.at(-1)?.text).not.toContain("28 days");
  });

  it("begins anew when somebody else's questions came before, or none", async () => {
    const others = [{ role: "user", text: "Who am I?" }] as const;
    for (const next of [asked("And who is asked?", others), asked("And who is asked?")]) {
      const { two } = await after(next);
      expect(two).toHaveLength(2);
      expect(two.at(-1)?.text).toContain("28 days");
    }
  });

  it("begins anew under another clearance, in another place, and once all is forgotten", async () => {
    const next = asked("And who is asked?", turns);
    const conversation = { ...next.question.message.conversation, channel: "other" };
    const elsewhere = { ...next.question, message: { ...next.question.message, conversation } };
    const forgetful = await after(next, (writer) => writer.forget());
    for (const { two } of [
      await after({ ...next, question: { ...next.question, clearance: ["public"] } }),
      await after({ ...next, question: elsewhere }),
      forgetful,
    ]) {
      expect(two).toHaveLength(2);
    }
  });

  it("begins anew after a question with files, of which the model is to keep nothing", async () => {
    const engine = recorded([said]);
    const writer = createWriter({ engine, prompts });
    const files = [{ name: "leave.txt", base64: "" }];
    const withFiles = { ...asked(first), question: { ...question(first), files } };
    await writer.write(withFiles, { signal, onText: () => {} });
    await writer.write(asked("And who is asked for leave?", turns), { signal, onText: () => {} });
    expect(engine.requests.map(({ messages, isPassing = false }) => [messages.length, isPassing])).toEqual([
      [2, true],
      [2, false],
    ]);
  });

  it("begins anew when the conversation no longer fits", async () => {
    const engine = recorded([said]);
    const small: Engine = { ...engine, ready: async () => ({ contextTokens: 400, parallel: 1 }) };
    const writer = createWriter({ engine: small, prompts, maxTokens: 60 });
    let so: Turn[] = [];
    for (let place = 0; place < 20; place += 1) {
      const text = `How many days of leave are there in year ${place}?`;
      await writer.write(asked(text, so), { signal, onText: () => {} });
      so = [...so, { role: "user", text }];
    }
    const sizes = engine.requests.map(({ messages }) => messages.length);
    expect(sizes[1]).toBe(4);
    expect(sizes.lastIndexOf(2)).toBeGreaterThan(0);
  });
});

describe("piecesOf", () => {
  const texts = [
    "It is 3.5 kg, e.g. a bag. [1] No. 4 costs 5 EUR [2][3]. Yes! [1, 2] Done",
    "You need:\n\n1. a form [1]\n2. a card\n\nThat is all.\n\n```sh\nnpm ci\n```\nEnd.",
    "年假是二十八天。[1]病假另算。结束",
  ];

  it("gives marks to the sentence they stand behind", () => {
    expect(piecesOf(texts[0] ?? "", { isWhole: true })).toEqual([
      { kind: "sentence", text: "It is 3.5 kg, e.g. a bag.", marks: [1] },
      { kind: "sentence", text: "No. 4 costs 5 EUR.", marks: [2, 3] },
      { kind: "sentence", text: "Yes!", marks: [1, 2] },
      { kind: "sentence", text: "Done", marks: [] },
    ]);
  });

  it("never takes back a piece, however the text arrives", () => {
    for (const text of texts) {
      const whole = piecesOf(text, { isWhole: true });
      for (let end = 0; end <= text.length; end += 1) {
        const pieces = piecesOf(text.slice(0, end), { isWhole: false });
        expect(pieces, text.slice(0, end)).toEqual(whole.slice(0, pieces.length));
      }
    }
  });

  it("reads no tables", () => {
    expect(piecesOf("| a | b |\n|---|---|\n| c | d |\n\nText.", { isWhole: true })).toEqual([
      { kind: "sentence", text: "Text.", marks: [] },
    ]);
  });
});
