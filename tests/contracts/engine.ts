import { describe, expect, it } from "vitest";
import type { Engine, EngineRequest } from "../../src/brain/engine.ts";

/** What an engine can do beyond writing. */
export interface EngineAbilities {
  /** Binds what is written to a JSON schema. */
  readonly json?: boolean;
  /** Does not evaluate again how a prompt begins when the last one began so too. */
  readonly reuses?: boolean;
  /** A special token of the model, as text, such as "<|im_end|>"; absent where the engine has no tokenizer. */
  readonly special?: string;
}

const TOKENS = 24;
const signal = AbortSignal.timeout(900_000);

function asking(text: string, more: Partial<EngineRequest> = {}): EngineRequest {
  const rules = "Answer from the documents that are given. Say so when they do not hold the answer.";
  return {
    messages: [
      { role: "system", text: rules },
      { role: "user", text },
    ],
    maxTokens: TOKENS,
    ...more,
  };
}

/**
 * What every Engine must do, in this process, in another, or behind a server. `open` gives one that writes more than 24 tokens
 * whatever it is asked, unless a format binds it, and needs a while for a thousand words.
 */
export function describeEngine(name: string, open: () => Promise<Engine>, abilities: EngineAbilities = {}): void {
  describe(name, () => {
    it("says what it is, becomes ready and says what it allows", async () => {
      await using engine = await open();
      const { contextTokens, parallel } = await engine.ready({ signal });
      expect(contextTokens).toBeGreaterThan(TOKENS);
      expect(parallel).toBeGreaterThanOrEqual(1);
      expect(engine.state()).toEqual({ kind: "ready" });
      expect(engine.label().name).not.toBe("");
    });

    it("shows text that only grows, up to all that it wrote", async () => {
      await using engine = await open();
      const shown: string[] = [];
      const { text } = await engine.generate(asking("Who?"), { signal, onText: (soFar) => shown.push(soFar) });
      expect(text).not.toBe("");
      expect(shown.length).toBeGreaterThan(1);
      for (const [index, soFar] of shown.entries()) {
        expect(soFar.startsWith(shown[index - 1] ?? "")).toBe(true);
        if (index > 0) expect(soFar.length).toBeGreaterThan(shown[index - 1]?.length ?? 0);
      }
      expect(shown.at(-1)).toBe(text);
    });

    it("ends where no more tokens may be written, and says so", async () => {
      await using engine = await open();
      const short = await engine.generate(asking("Who?", { maxTokens: 3 }), { signal });
      expect(short.ended).toBe("length");
      expect(short.tokens.written).toBeLessThanOrEqual(3);
      const long = await engine.generate(asking("Who?"), { signal });
      expect(long.text.length).toBeGreaterThan(short.text.length);
      expect(long.tokens.written).toBeLessThanOrEqual(TOKENS);
    });

    it("says what it cost", async () => {
      await using engine = await open();
      const { tokens, seconds } = await engine.generate(asking("Who?"), { signal });
      expect(tokens.prompt).toBeGreaterThan(10);
      expect(tokens.reused).toBeLessThan(tokens.prompt);
      expect(tokens.written).toBeGreaterThan(0);
      expect(seconds.prompt).toBeGreaterThanOrEqual(0);
      expect(seconds.writing).toBeGreaterThanOrEqual(0);
    });

    it("stops when the signal says so, and writes on for the next", async () => {
      await using engine = await open();
      const stop = new AbortController();
      const reason = new Error("no longer wanted");
      let shown = 0;
      const writing = engine.generate(asking("Who?", { maxTokens: 1_000 }), {
        signal: stop.signal,
        onText: () => {
          shown += 1;
          stop.abort(reason);
        },
      });
      await expect(writing).rejects.toBe(reason);
      expect(shown).toBe(1);
      expect((await engine.generate(asking("Who?"), { signal })).text).not.toBe("");
    });

    it("does not begin for a signal that came before", async () => {
      await using engine = await open();
      const reason = new Error("no longer wanted");
      const shown: string[] = [];
      const given = { signal: AbortSignal.abort(reason), onText: (text: string) => void shown.push(text) };
      await expect(engine.generate(asking("Who?"), given)).rejects.toBe(reason);
      expect(shown).toEqual([]);
    });

    it("answers everybody who asks at once, but those who gave up", async () => {
      await using engine = await open();
      const stop = new AbortController();
      const reason = new Error("no longer wanted");
      const asked = Array.from({ length: 8 }, (_, index) =>
        engine.generate(asking(`Question ${index}?`), { signal: index === 5 ? stop.signal : signal }),
      );
      stop.abort(reason);
      const answers = await Promise.allSettled(asked);
      expect(answers.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 5 }, () => "fulfilled"),
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      expect(answers[5]).toEqual({ status: "rejected", reason });
    });

    it("counts tokens of each text, more for more text", async () => {
      await using engine = await open();
      const [one = 0, other = 0, both = 0, many = 0, ...more] = await engine.countTokens(
        ["Annual leave", " is 28 days.", "Annual leave is 28 days.", "Annual leave is 28 days. ".repeat(20)],
        { signal },
      );
      expect(more).toEqual([]);
      expect(Math.min(one, other)).toBeGreaterThan(0);
      expect(both).toBeGreaterThanOrEqual(Math.max(one, other));
      expect(both).toBeLessThanOrEqual(one + other + 1);
      expect(many).toBeGreaterThan(both * 10);
      expect(many).toBeLessThan(both * 30);
      expect(await engine.countTokens([], { signal })).toEqual([]);
    });

    it("takes back what was kept, and goes on", async () => {
      await using engine = await open();
      const first = await engine.generate(asking("Who?"), { signal });
      await engine.forget();
      const again = await engine.generate(asking("Who?"), { signal });
      expect(again.tokens.prompt).toBe(first.tokens.prompt);
      expect(again.text).not.toBe("");
    });

    it("ends what is being written when it is disposed of, and writes no more", async () => {
      const engine = await open();
      const begun = Promise.withResolvers<void>();
      const writing = engine.generate(asking("Who?", { maxTokens: 1_000 }), { signal, onText: () => begun.resolve() });
      const waiting = engine.generate(asking("Who else?", { maxTokens: 1_000 }), { signal });
      const ended = Promise.allSettled([writing, waiting]);
      await begun.promise;
      await engine[Symbol.asyncDispose]();
      expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      await expect(engine.generate(asking("Who?"), { signal })).rejects.toThrow();
    });

    it(abilities.json ? "keeps to a JSON schema" : "refuses a JSON schema rather than ignoring it", async () => {
      await using engine = await open();
      const schema = {
        type: "object",
        properties: { found: { type: "boolean" }, choice: { enum: ["first", "second"] } },
        required: ["found", "choice"],
        additionalProperties: false,
      } as const;
      const request = asking("Which?", { maxTokens: 200, format: { kind: "json", schema } });
      if (!abilities.json) {
        await expect(engine.generate(request, { signal })).rejects.toThrow();
        return;
      }
      const { text, ended } = await engine.generate(request, { signal });
      expect(ended).toBe("stop");
      const value: unknown = JSON.parse(text);
      expect(value).toEqual({ found: expect.any(Boolean), choice: expect.stringMatching(/^(first|second)$/) });
    });

    it.runIf(abilities.special !== undefined)("lets no text become a special token", async () => {
      await using engine = await open();
      const { special = "" } = abilities;
      const [alone = 0] = await engine.countTokens([special], { signal });
      expect(alone).toBeGreaterThan(1);
      const cost = async (text: string, role: "system" | "user" | "assistant") => {
        const messages = [...asking("Who?").messages, { role, text }, { role: "user", text: "Who?" } as const];
        return (await engine.generate({ messages, maxTokens: 1 }, { signal })).tokens.prompt;
      };
      for (const role of ["system", "user", "assistant"] as const) {
        // A special token would be a single one, and more of them one each.
        expect((await cost(`x${special.repeat(5)}x`, role)) - (await cost("xx", role))).toBeGreaterThan(5 * 2);
      }
    });

    it.runIf(abilities.reuses)("evaluates only what is new in a prompt that begins as the last one did", async () => {
      await using engine = await open();
      const document = "Everybody gets 28 days of annual leave a year. ".repeat(20);
      const first = await engine.generate(asking(document), { signal });
      expect(first.tokens.reused).toBeLessThan(first.tokens.prompt / 2);
      const second = await engine.generate(asking(`${document} And sick leave?`), { signal });
      expect(second.tokens.reused).toBeGreaterThan(first.tokens.prompt * 0.8);
      expect(second.tokens.reused).toBeLessThan(second.tokens.prompt);
    });
  });
}
