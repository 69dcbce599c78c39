import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Engine, EngineRequest } from "../../src/brain/engine.ts";
import { fetchOver } from "../../src/brain/openai-fetch.ts";
import { chooseMember, createMember, noteFailure, noteSuccess, type Member } from "../../src/brain/openai-pool.ts";
import { openClient } from "../../src/brain/openai-server.ts";
import { estimateTokens, withoutSpecialTokens } from "../../src/brain/openai-text.ts";
import { withoutThinking } from "../../src/brain/thinking.ts";
import { openOpenAiEngine, type OpenAiOptions, type OpenAiServer } from "../../src/brain/openai.ts";
import { describeEngine } from "../contracts/engine.ts";
import { scratch } from "../helpers/hearth.ts";
import { deltas, event, lists, modelServer, status, stream, words, type ModelServer } from "../helpers/model-server.ts";

const signal = AbortSignal.timeout(60_000);

function at(socket: string, more: Partial<OpenAiServer> = {}): OpenAiServer {
  return { url: `unix:${socket}`, base: "http://localhost/v1", socket, isRelayed: false, isPublic: false, ...more };
}

/** An engine over servers of the given names, of which those with a script are running. */
async function opened(
  scripts: Readonly<Record<string, Parameters<typeof modelServer>[0] | undefined>>,
  more: Partial<OpenAiOptions> & { readonly server?: Partial<OpenAiServer> } = {},
) {
  const stack = new AsyncDisposableStack();
  const { folder } = stack.use(scratch());
  const servers: Record<string, ModelServer> = {};
  const sockets = Object.keys(scripts).map((name) => join(folder, name));
  for (const [name, script] of Object.entries(scripts)) {
    if (script) servers[name] = stack.use(await modelServer({ ...script, listen: join(folder, name) }));
  }
  const engine = stack.use(
    openOpenAiEngine({
      servers: sockets.map((socket) => at(socket, more.server)),
      contextTokens: 2_048,
      parallel: 1,
      thinkingTokens: 0,
      patienceMs: 0,
      ...more,
    }),
  );
  const server = (name: string) => {
    const found = servers[name];
    if (!found) throw new Error(`There is no server ${name}`);
    return found;
  };
  return { engine, server, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const script = { listen: 0 };

function ask(engine: Engine, more: Partial<EngineRequest> & { readonly onText?: (text: string) => void } = {}) {
  const { onText, ...rest } = more;
  const messages = [{ role: "user", text: "PROMPT: how long is the annual leave?" }] as const;
  return engine.generate({ messages, maxTokens: 5, ...rest }, { signal, ...(onText && { onText }) });
}

describeEngine(
  "the engine over a model server",
  async () => {
    const { engine, ...rest } = await opened({ one: script });
    return { ...engine, [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose]() };
  },
  { json: true },
);

describe("a request to a model server", () => {
  it("says what it costs as the server counts, and leads with what the protocol wants", async () => {
    await using one = await opened({ one: script });
    const written = await ask(one.engine, { maxTokens: 3 });
    expect(written).toMatchObject({
      text: "w0 w1 w2 ",
      ended: "length",
      tokens: { prompt: 40, reused: 8, written: 3 },
    });
    const [came] = one.server("one").asked;
    expect(came?.body).toMatchObject({ model: "tiny", max_tokens: 3, stream: true, temperature: 0 });
    expect(came?.body["chat_template_kwargs"]).toEqual({ enable_thinking: false });
  });

  it("estimates the cost where a server does not say it", async () => {
    await using one = await opened({ one: { ...script, reply: deltas([{ content: "Twenty-eight days" }]) } });
    const { tokens } = await ask(one.engine);
    expect(tokens.prompt).toBeGreaterThan(8);
    expect(tokens).toMatchObject({ reused: 0, written: 5 });
    expect(estimateTokens("Twenty-eight days")).toBe(5);
    expect((await ask(one.engine, { maxTokens: 3 })).tokens.written).toBe(3);
  });

  it("keeps thinking out of the text, whichever way it comes", async () => {
    const parts = [
      { reasoning_content: "hm" },
      { content: "<thi" },
      { content: "nk>so" },
      { content: "</think>\n\n28" },
      { content: " days" },
    ];
    await using one = await opened({ one: { ...script, reply: deltas(parts) } }, { thinkingTokens: 100 });
    const shown: string[] = [];
    const { text } = await ask(one.engine, { onText: (soFar) => void shown.push(soFar) });
    expect(text).toBe("28 days");
    expect(shown).toEqual(["28", "28 days"]);
    expect(one.server("one").asked[0]?.body["max_tokens"]).toBe(105);
  });

  it("holds no special token, whatever a document says", async () => {
    await using one = await opened({ one: script });
    await ask(one.engine, { messages: [{ role: "user", text: "a<|im_end|>b" }] });
    expect(one.server("one").asked[0]?.body["messages"]).toEqual([{ role: "user", content: "a< |im_end|>b" }]);
  });

  it("carries the key of its server and nothing that the client library tells of this machine", async () => {
    await using one = await opened({ one: script }, { server: { key: "sk-one" } });
    await ask(one.engine);
    const { headers } = one.server("one").asked[0] ?? {};
    expect(Object.keys(headers ?? {}).toSorted()).toEqual([
      "accept",
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
    ]);
    expect(headers?.authorization).toBe("Bearer sk-one");
    await using other = await opened({ one: script });
    await ask(other.engine);
    expect(other.server("one").asked[0]?.headers.authorization).toBeUndefined();
  });

  it("asks a public service only for what the protocol knows", async () => {
    await using one = await opened({ one: script }, { server: { isPublic: true } });
    await ask(one.engine);
    expect(one.server("one").asked[0]?.body).not.toHaveProperty("chat_template_kwargs");
  });

  it("cannot bind to a grammar", async () => {
    await using one = await opened({ one: script });
    await expect(ask(one.engine, { format: { kind: "grammar", gbnf: 'root ::= "a"' } })).rejects.toThrow("grammar");
    expect(one.server("one").asked).toEqual([]);
  });

  it("names a schema the older way to a server that knows only that, and does so again at once", async () => {
    const reply: Parameters<ModelServer["says"]>[0] = (response, came) => {
      const isNew = JSON.stringify(came.body).includes('"json_schema"');
      return (isNew ? status(500) : words())(response, came);
    };
    await using one = await opened({ one: { ...script, reply } });
    const format = { kind: "json", schema: { type: "object" } } as const;
    expect(JSON.parse((await ask(one.engine, { format })).text)).toEqual({ found: true, choice: "first" });
    await ask(one.engine, { format });
    expect(one.server("one").asked.map(({ body }) => body["response_format"])).toEqual([
      { type: "json_schema", json_schema: { name: "answer", strict: true, schema: { type: "object" } } },
      { type: "json_object", schema: { type: "object" } },
      { type: "json_object", schema: { type: "object" } },
    ]);
  });

  it("rejects what is no JSON although a schema was given, and holds that against no other request", async () => {
    await using one = await opened({ one: { ...script, reply: deltas([{ content: "Sure!" }]) } });
    const format = { kind: "json", schema: { type: "object" } } as const;
    await expect(ask(one.engine, { format })).rejects.toThrow("does not keep to a JSON schema");
    expect(one.engine.state()).toEqual({ kind: "ready" });
  });

  it("ends at once when the signal comes, and the server is told", async () => {
    await using one = await opened({
      one: { ...script, reply: (response) => stream(response)(event({ content: "a" })) },
    });
    const stop = new AbortController();
    const reason = new Error("enough");
    const onText = () => stop.abort(reason);
    const asking = one.engine.generate({ messages: [], maxTokens: 9 }, { signal: stop.signal, onText });
    await expect(asking).rejects.toBe(reason);
    await expect.poll(one.server("one").givenUp).toBe(1);
  });
});

describe("several model servers", () => {
  it("are asked least busy first, no more at once than each takes", async () => {
    await using two = await opened({ one: { ...script, props: { total_slots: 2 } }, other: script });
    await two.engine.ready({ signal });
    const held: (() => void)[] = [];
    const hold: Parameters<ModelServer["says"]>[0] = (response, came) =>
      new Promise<void>((resolve) => held.push(resolve)).then(() => words()(response, came));
    two.server("one").says(hold);
    two.server("other").says(hold);
    const asked = [1, 2, 3, 4].map(() => ask(two.engine));
    await expect.poll(() => held.length).toBe(3);
    expect(two.server("one").asked.length).toBe(2);
    expect(two.server("other").asked.length).toBe(1);
    held.shift()?.();
    await expect.poll(() => held.length).toBe(3);
    for (const release of held) release();
    expect(await Promise.all(asked)).toHaveLength(4);
  });

  for (const [what, reply] of Object.entries({
    "answers 500": status(500),
    "answers 429": status(429),
    "answers 401": status(401),
    "sends elsewhere": (response) => void response.writeHead(302, { location: "http://192.0.2.1/" }).end(),
    "closes the connection": (response) => void response.destroy(),
    "stops before the first word": (response) => {
      stream(response)(event({ role: "assistant" }));
      response.end();
    },
    "says nothing": (response) => void stream(response),
  } satisfies Record<string, Parameters<ModelServer["says"]>[0]>)) {
    it(`are asked in turn when one ${what}, which is then left alone for a while`, async () => {
      await using two = await opened(
        { one: { ...script, reply }, other: script },
        { silenceMs: 1_500, restMs: 60_000 },
      );
      await two.engine.ready({ signal });
      expect((await ask(two.engine)).text).toBe("w0 w1 w2 w3 w4 ");
      expect((await ask(two.engine)).text).toBe("w0 w1 w2 w3 w4 ");
      expect(two.server("one").asked.length).toBe(1);
      expect(two.server("other").asked.length).toBe(2);
      expect(two.engine.state()).toEqual({ kind: "ready" });
    });
  }

  it("do not take over what one had begun to say", async () => {
    const reply: Parameters<ModelServer["says"]>[0] = (response) => {
      stream(response)(event({ content: "Twenty-" }));
      setImmediate(() => response.destroy());
    };
    await using two = await opened({ one: { ...script, reply }, other: script });
    const shown: string[] = [];
    const asking = ask(two.engine, { onText: (text) => void shown.push(text) });
    await expect(asking).rejects.toThrow("ended the connection");
    expect(shown).toEqual(["Twenty-"]);
    expect(two.server("other").asked).toEqual([]);
  });

  it("are not asked in turn for a request that none would take, and nothing of it is repeated", async () => {
    await using two = await opened({ one: { ...script, reply: status(400) }, other: script });
    const failed = await ask(two.engine).catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: "UserError", message: expect.stringContaining("model.contextTokens") });
    expect(String(failed)).not.toMatch(/SECRET|PROMPT/);
    expect(two.server("other").asked).toEqual([]);
    expect(two.engine.state()).toEqual({ kind: "ready" });
  });

  it("give every reason when none can be asked, without a word of what they said", async () => {
    await using two = await opened({ one: { ...script, reply: status(500) }, gone: undefined });
    const failed = String(await ask(two.engine).catch((error: unknown) => error));
    expect(failed).toMatch(/one could not answer \(500\).*gone has no such socket \(ENOENT\); start it/);
    expect(failed).not.toMatch(/SECRET|PROMPT/);
  });
});

describe("a model server's readiness", () => {
  it("comes when the server comes", async () => {
    await using one = await opened({ one: undefined }, { patienceMs: 60_000 });
    await expect.poll(() => one.engine.state().kind).toBe("failed");
    const ready = one.engine.ready({ signal });
    await using _late = await modelServer({ listen: join(one.folder, "one") });
    expect(await ready).toEqual({ contextTokens: 2_048, parallel: 1 });
    expect(one.engine.label()).toEqual({ kind: "openai", name: "tiny" });
  });

  it("waits for one that still loads its model", async () => {
    let loads = 3;
    const models: Parameters<ModelServer["says"]>[0] = (response, came) =>
      ((loads -= 1) > 0 ? status(503) : lists({ id: "tiny" }))(response, came);
    await using one = await opened({ one: { ...script, models } });
    const ready = one.engine.ready({ signal });
    expect(one.engine.state()).toEqual({ kind: "loading" });
    await ready;
    expect(one.engine.state()).toEqual({ kind: "ready" });
  });

  it("says what the server says of its context, at least of all that answer", async () => {
    await using both = await opened({
      vllm: { ...script, models: lists({ id: "tiny", max_model_len: 8_192 }) },
      llama: { ...script, props: { default_generation_settings: { n_ctx: 4_096 }, total_slots: 3 } },
      gone: undefined,
    });
    await expect.poll(() => both.engine.ready({ signal })).toEqual({ contextTokens: 4_096, parallel: 4 });
  });

  for (const [what, [given, sentence]] of Object.entries({
    "it is refused": [undefined, /at unix:\S+ has no such socket \(ENOENT\); start it/],
    "the key is wrong": [
      { ...script, models: status(401) },
      /refuses to be asked with this key \(401\); name the variable/,
    ],
    "there are several models": [
      { ...script, models: lists({ id: "a" }, { id: "b" }) },
      /which model to ask: it has a, b; name one with model/,
    ],
    "there is none": [{ ...script, models: lists() }, /it has none; name one/],
  } satisfies Record<string, [Parameters<typeof modelServer>[0] | undefined, RegExp]>)) {
    it(`fails with the cure when ${what}`, async () => {
      await using one = await opened({ one: given });
      await expect(one.engine.ready({ signal })).rejects.toMatchObject({
        name: "UserError",
        message: expect.stringMatching(sentence),
      });
      expect(one.engine.state()).toMatchObject({ kind: "failed", why: expect.stringMatching(sentence) });
    });
  }

  it("fails with the cure when it has no such model, and takes Ollama's names without their tag", async () => {
    const models = lists({ id: "qwen3:latest" }, { id: "embed:latest" });
    await using wrong = await opened({ one: { ...script, models } }, { server: { model: "llama" } });
    await expect(wrong.engine.ready({ signal })).rejects.toThrow(/has no model "llama": it has qwen3:latest, embed/);
    await using right = await opened({ one: { ...script, models } }, { server: { model: "qwen3" } });
    await right.engine.ready({ signal });
    await ask(right.engine);
    expect(right.server("one").asked[0]?.body["model"]).toBe("qwen3");
  });

  it("does without a list of models where one is named", async () => {
    await using one = await opened({ one: { ...script, models: status(404) } }, { server: { model: "tiny" } });
    await one.engine.ready({ signal });
    expect((await ask(one.engine)).text).not.toBe("");
  });

  it("shows no folder of the server's in a model's name", async () => {
    await using one = await opened({ one: { ...script, models: lists({ id: "/srv/models/Small-Q4.gguf" }) } });
    await one.engine.ready({ signal });
    expect(one.engine.label().name).toBe("Small-Q4");
  });
});

describe("a fetch over a socket", () => {
  it("reads no faster than whoever asked reads", async () => {
    using place = scratch();
    const socket = join(place.folder, "one");
    let sent = 0;
    const most = 64_000_000;
    const reply: Parameters<ModelServer["says"]>[0] = async (response) => {
      response.writeHead(200);
      while (sent < most && !response.destroyed) {
        sent += 100_000;
        if (!response.write("x".repeat(100_000)))
          await Promise.race([once(response, "drain"), once(response, "close")]);
      }
      response.end();
    };
    await using _server = await modelServer({ listen: socket, reply });
    const response = await fetchOver(socket, { key: undefined, isRelayed: false })(
      "http://localhost/v1/chat/completions",
      { method: "POST", body: "{}", signal },
    );
    // It has stopped when it says the same twice in a row.
    let before = -1;
    await vi.waitFor(() => {
      const isStill = before === sent && sent > 0;
      before = sent;
      expect(isStill).toBe(true);
    });
    expect(sent).toBeLessThan(most / 4);
    await response.body?.cancel();
  });
});

function once(response: NodeJS.EventEmitter, name: string): Promise<void> {
  return new Promise((resolve) => response.once(name, () => resolve()));
}

describe("choosing a server", () => {
  const member = (more: Partial<Member> = {}) =>
    Object.assign(createMember(at("/none"), openClient(at("/none"))), { facts: { model: "tiny" } }, more);
  const choose = (members: readonly Member[], now = 0) => chooseMember(members, { tried: new Set(), now, parallel: 4 });

  it("takes the least busy, then the first", () => {
    const [one, two, three] = [member({ inHand: 2 }), member({ inHand: 1 }), member({ inHand: 1 })];
    expect(choose([one, two, three])).toBe(two);
  });

  it("takes one that rests only when there is no other, the soonest first", () => {
    const [resting, sooner, busy] = [member({ restsUntil: 90 }), member({ restsUntil: 50 }), member({ inHand: 3 })];
    expect(choose([resting, sooner, busy])).toBe(busy);
    expect(choose([resting, sooner])).toBe(sooner);
    expect(choose([resting, busy], 91)).toBe(resting);
  });

  it("rests twice as long after each failure, up to a minute, until it writes again", () => {
    const failing = member();
    const rests = Array.from({ length: 9 }, () => {
      noteFailure(failing, { kind: "down", why: "" }, 0);
      return failing.restsUntil / 1_000;
    });
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    noteSuccess(failing);
    noteFailure(failing, { kind: "down", why: "" }, 0);
    expect(failing.restsUntil).toBe(1_000);
  });
});

describe("the text of a model", () => {
  it("is counted by script", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("x".repeat(35))).toBe(10);
    expect(estimateTokens("每个人每年有二十八天")).toBe(10);
    expect(estimateTokens("отпуск")).toBe(3);
  });

  it("has no thinking at its start, and only grows", () => {
    const whole = " <think>Let me see.</think>\n\nIt is <think> 28.";
    const states = Array.from({ length: whole.length + 1 }, (_, length) => withoutThinking(whole.slice(0, length)));
    expect(states.at(-1)).toBe("It is <think> 28.");
    for (const [index, state] of states.entries()) expect(state.startsWith(states[index - 1] ?? "")).toBe(true);
    expect(withoutThinking("<thin ice")).toBe("<thin ice");
  });

  it("has its special tokens broken, and nothing else", () => {
    const special = "<|im_start|>a</s>[INST]<start_of_turn><think><｜User｜><<SYS>>";
    expect(withoutSpecialTokens(special)).toBe("< |im_start|>a< /s>[ INST]< start_of_turn>< think>< ｜User｜>< <SYS>>");
    const plain = "a < b, <b>bold</b>, if (a<b||c) [1] <script>";
    expect(withoutSpecialTokens(plain)).toBe(plain);
  });
});
