import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { askPage, DOCUMENTS, hearth, scratch, startedPage } from "../helpers/hearth.ts";
import { deltas, modelServer } from "../helpers/model-server.ts";
import { tinyModel } from "../helpers/tiny-model.ts";

const QUESTION = "How many days of annual leave does everybody get?";
const TRUE = "Everybody gets 28 days of annual leave a year [1].";
const FALSE = "Everybody gets 35 days of annual leave a year [1].";

interface Said {
  readonly answer: { readonly kind: string; readonly text: string };
  readonly writing?: {
    readonly kind: string;
    readonly promptHash?: string;
    readonly why?: string;
    readonly sentences?: object;
    readonly model?: object;
  };
}

async function ask(folder: string, words: readonly string[]): Promise<Said> {
  const running = hearth(["ask", "--docs", "docs", "--json", ...words, QUESTION], { cwd: folder });
  expect(await running.ended, running.said.err).toBe(0);
  const said: Said = JSON.parse(running.said.out);
  return said;
}

function placeWith(script: object): ReturnType<typeof scratch> {
  return scratch({ ...DOCUMENTS, "script.json": JSON.stringify(script) });
}

describe("a model that writes", { timeout: 30_000 }, () => {
  it("is shown as far as the documents carry it, and named with what was dropped", async () => {
    using place = placeWith({ answers: [`${TRUE} ${FALSE}`] });
    const { answer, writing } = await ask(place.folder, ["--model", "puppet:script.json", "--write", "always"]);
    expect(answer.kind).toBe("cited");
    expect(answer.text).toContain("28 days");
    expect(answer.text).not.toContain("35");
    expect(writing).toMatchObject({ kind: "written", model: { kind: "puppet" }, sentences: { kept: 1, dropped: 1 } });
  });

  it("leaves the quoted answer standing where nothing that it wrote is carried, and says so", async () => {
    using place = placeWith({ answers: [FALSE] });
    const { answer, writing } = await ask(place.folder, ["--model", "puppet:script.json", "--write", "always"]);
    expect(answer.kind).toBe("quoted");
    expect(answer.text).toContain("28 days");
    expect(writing).toMatchObject({
      kind: "not written",
      why: expect.stringContaining("carried by the documents"),
      tried: { model: { kind: "puppet" }, sentences: { kept: 0, dropped: 1 } },
    });
  });

  it("cannot be made to say its prompt", async () => {
    using place = placeWith({ echo: true });
    const { answer } = await ask(place.folder, ["--model", "puppet:script.json", "--write", "always"]);
    expect(answer.text).not.toMatch(/passage|document|rule|instruction|question/i);
  });

  it("does not write before it was measured, and says how to", async () => {
    using place = placeWith({ answers: [TRUE] });
    const { answer, writing } = await ask(place.folder, ["--model", "puppet:script.json"]);
    expect(answer.kind).toBe("quoted");
    expect(writing?.why).toMatch(/has not been measured .* hearth models pick/);
  });

  it("is llama.cpp in a sealed process: a model of random weights is answered over, not repeated", async () => {
    using place = scratch(DOCUMENTS);
    const { answer, writing } = await ask(place.folder, ["--model", tinyModel().file, "--write", "always"]);
    expect(answer.kind).toBe("quoted");
    expect(writing?.why).toMatch(/Nothing that the model wrote is carried/);
  });
});

describe("a model that is not there", { timeout: 30_000 }, () => {
  it("stops a command that names it", async () => {
    using place = scratch(DOCUMENTS);
    const running = hearth(["ask", "--docs", "docs", "--model", "none.gguf", QUESTION], { cwd: place.folder });
    expect(await running.ended).toBe(2);
    expect(running.said.err).toMatch(/--model "none\.gguf": there is no such file, .* hearth models list/);
  });

  it("stops nothing where the configuration names it: answers are quoted, and the status says why", async () => {
    using place = scratch({ ...DOCUMENTS, "config/hearth.yaml": "model:\n  use: gone\n" });
    expect((await ask(place.folder, [])).answer.kind).toBe("quoted");
    const status = hearth(["docs", "status", "--docs", "docs"], { cwd: place.folder });
    expect(await status.ended).toBe(0);
    expect(status.said.out).toMatch(/config\/hearth\.yaml:2: model\.use "gone": there is no such file/);
  });

  it("leaves answers quoted where its file is damaged, with the sentence that says so", async () => {
    using place = scratch(DOCUMENTS);
    writeFileSync(join(place.folder, "broken.gguf"), "GGUF and then nothing that makes sense".repeat(100));
    const { answer, writing } = await ask(place.folder, ["--model", "broken.gguf", "--write", "always"]);
    expect(answer.kind).toBe("quoted");
    expect(writing?.why).toMatch(/broken\.gguf .*(pull|name another)/);
  });
});

describe("a server of the owner's", { timeout: 30_000 }, () => {
  it("writes for a sealed core, which reaches it through the relay and is sealed all the same", async () => {
    await using server = await modelServer({ listen: 0, reply: deltas([{ content: TRUE }]) });
    const config = `model:\n  write: always\n  servers:\n    - url: ${server.url}/v1\n      key: MODEL_KEY\n`;
    using place = scratch({ ...DOCUMENTS, "config/hearth.yaml": config, "key.txt": "a-key\n" });
    const env = { MODEL_KEY_FILE: join(place.folder, "key.txt") };
    const asked = hearth(["ask", "--docs", "docs", "--json", QUESTION], { cwd: place.folder, env });
    expect(await asked.ended, asked.said.err).toBe(0);
    expect(JSON.parse(asked.said.out)).toMatchObject({
      answer: { kind: "cited", text: TRUE },
      writing: { kind: "written", model: { kind: "openai" } },
    });
    expect(server.asked[0]?.headers.authorization).toBe("Bearer a-key");
    expect(JSON.stringify(server.asked[0]?.body)).toContain("28 days of annual leave");
    const status = hearth(["docs", "status", "--docs", "docs"], { cwd: place.folder, env });
    await status.ended;
    expect(status.said.out).toMatch(/sealed/);
    expect(status.said.out).not.toMatch(/not sealed/);
    expect(status.said.out).toContain(server.url);
  });

  it("that is public stops the start until the owner says yes to it", async () => {
    const config = "model:\n  servers:\n    - url: https://models.example.com/v1\n";
    using place = scratch({ ...DOCUMENTS, "config/hearth.yaml": config });
    const asked = hearth(["ask", "--docs", "docs", QUESTION], { cwd: place.folder });
    expect(await asked.ended).toBe(2);
    expect(asked.said.err).toMatch(
      /config\/hearth\.yaml:3: model\.servers\[0\]\.url is a public address.*public: true/,
    );
  });

  it("that does not answer leaves answers quoted, and is named", async () => {
    const config = "model:\n  write: always\n  servers:\n    - url: http://127.0.0.1:1/v1\n";
    using place = scratch({ ...DOCUMENTS, "config/hearth.yaml": config });
    const { answer, writing } = await ask(place.folder, []);
    expect(answer.kind).toBe("quoted");
    expect(writing?.why).toContain("http://127.0.0.1:1/v1");
  });
});

describe("the page with a model", { timeout: 30_000 }, () => {
  it("shows quotes first, then checked sentences, then the answer", async () => {
    using place = placeWith({ answers: [`${TRUE} ${FALSE}`], tokensPerSecond: 100 });
    await using page = await startedPage(place.folder, ["--model", "puppet:script.json", "--write", "always"]);
    const events: { kind: string; progress?: { kind: string; text?: string } }[] = await askPage(page.url, QUESTION);
    const kinds = events.map(({ kind, progress }) => progress?.kind ?? kind);
    expect(kinds[0]).toBe("searching");
    expect(kinds[1]).toBe("quoted");
    expect(kinds).toContain("writing");
    expect(kinds.at(-1)).toBe("answer");
    for (const { progress } of events) expect(progress?.text ?? "").not.toContain("35");
    expect(JSON.stringify(events.at(-1))).toContain('"kind":"cited"');
  });
});

describe("what was measured", { timeout: 30_000 }, () => {
  it("lets a model write by itself where it won, and not where it lost", async () => {
    using place = placeWith({ answers: [TRUE] });
    const forced = await ask(place.folder, ["--model", "puppet:script.json", "--write", "always"]);
    const verdict = { modelHash: "puppet:puppet", promptHash: forced.writing?.promptHash, questions: 20 };
    for (const wins of [true, false]) {
      const judged = { ...verdict, wins, why: wins ? "It won." : "It lost.", at: "2026-11-24T12:00:00.000Z" };
      place.write("data/models/verdicts.json", JSON.stringify({ verdicts: [judged] }));
      const { answer, writing } = await ask(place.folder, ["--model", "puppet:script.json"]);
      expect(answer.kind).toBe(wins ? "cited" : "quoted");
      if (!wins) expect(writing).toEqual({ kind: "not written", why: "It lost." });
    }
  });

  it("that cannot be read stops nothing: answers are quoted, and the status says why", async () => {
    using place = placeWith({ answers: [TRUE] });
    place.write("data/models/verdicts.json", "{");
    await using page = await startedPage(place.folder, ["--model", "puppet:script.json"]);
    const events: object[] = await askPage(page.url, QUESTION);
    expect(JSON.stringify(events.at(-1))).toMatch(/"kind":"quoted".*verdicts\.json/);
  });
});
