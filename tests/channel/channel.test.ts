import { mkdtempSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aborted } from "../../src/abort.ts";
import type { Brain, Progress, StaleAnswer } from "../../src/brain/brain.ts";
import { connectBrain } from "../../src/channel/connect.ts";
import { serveBrain } from "../../src/channel/serve.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { UserError } from "../../src/user-error.ts";
import { asked } from "../contracts/brain.ts";
import { passage, quoted, readyStatus, scriptedBrain, staleAnswer } from "../helpers/scripted-brain.ts";

const log = silentLog();
const signal = AbortSignal.timeout(20_000);
let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "hearth-test-")), "core.sock");
});

async function connected(script: Partial<Brain>) {
  const stack = new AsyncDisposableStack();
  stack.use(await serveBrain(scriptedBrain(script), { path, log }));
  const brain = stack.use(connectBrain({ path, log }));
  return { brain, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("the channel between edge and core", () => {
  it("carries a question down, and its progress and answer up, unchanged", async () => {
    const seen: unknown[] = [];
    await using channel = await connected({
      answer: async (question, { onProgress }) => {
        seen.push(question);
        onProgress?.({ kind: "searching" });
        return quoted();
      },
    });
    const plain = asked("How many days?", [{ role: "user", text: "About leave" }]);
    const message = { ...plain.message, replyTo: "m1", url: "https://discord.com/channels/1/2/3" };
    const question = { ...plain, message, files: [{ name: "leave.txt", base64: "QQ==" }] };
    const progress: Progress[] = [];
    const answered = await channel.brain.answer(question, { signal, onProgress: (step) => progress.push(step) });
    expect(answered).toEqual(quoted());
    expect(seen).toEqual([question]);
    expect(progress).toEqual([{ kind: "searching" }]);
  });

  it("stops the work in the core when the asker gives up", async () => {
    const stopped = Promise.withResolvers<string>();
    await using channel = await connected({
      answer: (_question, options) =>
        new Promise((_resolve, reject) => {
          options.signal.addEventListener("abort", () => {
            stopped.resolve("stopped");
            reject(new Error("stopped"));
          });
        }),
    });
    const asking = new AbortController();
    const answer = channel.brain.answer(asked("Slow?"), { signal: asking.signal });
    setImmediate(() => asking.abort(new Error("given up")));
    await expect(answer).rejects.toThrow("given up");
    // The abort may come before the question is on its way; ask until one has arrived and been stopped.
    const again = new AbortController();
    const second = channel.brain.answer(asked("Slow?"), { signal: again.signal }).catch(() => {});
    const timer = setInterval(() => again.abort(new Error("given up")), 50);
    await expect(stopped.promise).resolves.toBe("stopped");
    clearInterval(timer);
    await second;
  });

  it("asks again once when the core dies with a question in hand, and says so", async () => {
    const arrived = Promise.withResolvers<void>();
    const first = await serveBrain(
      scriptedBrain({
        answer: () => {
          arrived.resolve();
          return new Promise(() => {});
        },
      }),
      { path, log },
    );
    await using brain = connectBrain({ path, log });
    const progress: Progress[] = [];
    const answer = brain.answer(asked("How many days?"), { signal, onProgress: (step) => progress.push(step) });
    await arrived.promise;
    await first[Symbol.asyncDispose]();
    await using _second = await serveBrain(scriptedBrain(), { path, log });
    expect(await answer).toEqual(quoted());
    expect(progress).toEqual([{ kind: "asking-again" }]);
  });

  it("asks again when the core is already dead, but the connection does not know yet", async () => {
    const first = await serveBrain(scriptedBrain(), { path, log });
    await using brain = connectBrain({ path, log });
    await brain.connected({ signal });
    const gone = first[Symbol.asyncDispose]();
    const answers = Promise.all([1, 2, 3].map(() => brain.answer(asked("How many days?"), { signal })));
    await gone;
    await using _second = await serveBrain(scriptedBrain(), { path, log });
    expect(await answers).toEqual([quoted(), quoted(), quoted()]);
  });

  it("closes while it is still connecting", async () => {
    await using _server = await serveBrain(scriptedBrain(), { path, log });
    const brain = connectBrain({ path, log });
    await brain[Symbol.asyncDispose]();
    await expect(brain.status({ signal })).rejects.toThrow("The search process is starting");
  });

  it("gives up a question that the core died over twice", async () => {
    let deaths = 0;
    let server: AsyncDisposable;
    const dying: Partial<Brain> = {
      answer: async () => {
        deaths += 1;
        void restart();
        return new Promise(() => {});
      },
    };
    const restart = async () => {
      await server[Symbol.asyncDispose]();
      server = await serveBrain(scriptedBrain(dying), { path, log });
    };
    server = await serveBrain(scriptedBrain(dying), { path, log });
    await using brain = connectBrain({ path, log });
    await expect(brain.answer(asked("Deadly?"), { signal })).rejects.toThrow("stopped twice over the same question");
    expect(deaths).toBe(2);
    await vi.waitFor(async () => expect(await brain.status({ signal })).toEqual(readyStatus));
    await server[Symbol.asyncDispose]();
  });

  it("says at once that the core is away when asked for the status, and finds it when it comes", async () => {
    await using brain = connectBrain({ path, log });
    await expect(brain.status({ signal })).rejects.toThrow("The search process is starting");
    await using _server = await serveBrain(scriptedBrain(), { path, log });
    await vi.waitFor(async () => expect(await brain.status({ signal })).toEqual(readyStatus));
  });

  it("lets no word of an error cross, and writes none into the log", async () => {
    const lines: string[] = [];
    const spying = createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } });
    const failing = scriptedBrain({
      lookup: async () => {
        JSON.parse("CANARY is what somebody asked");
        return [];
      },
    });
    await using _server = await serveBrain(failing, { path, log: spying });
    await using brain = connectBrain({ path, log });
    const failure = await brain
      .lookup("CANARY", { clearance: ["team"], limit: 1, signal })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'The core could not do "lookup"; its log says why' });
    expect(lines.join("")).toContain("request failed");
    expect(lines.join("")).not.toContain("CANARY");
  });

  it("tells a sentence that was meant for people as it is", async () => {
    const lookup = () => Promise.reject(new UserError("The storage is away; start it"));
    await using channel = await connected({ lookup });
    const failure = await channel.brain
      .lookup("a", { clearance: ["team"], limit: 1, signal })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ message: "The storage is away; start it" });
  });

  it("refuses what is not a question, without asking the brain", async () => {
    const answer = vi.fn(async () => quoted());
    await using channel = await connected({ answer });
    const tooLong = asked("x".repeat(4_001));
    await expect(channel.brain.answer(tooLong, { signal })).rejects.toThrow();
    await expect(channel.brain.answer({ ...asked("Hi"), clearance: [] }, { signal })).rejects.toThrow();
    expect(answer).not.toHaveBeenCalled();
  });

  it("refuses more files than it carries, and then goes on", async () => {
    const answer = vi.fn(async () => quoted());
    await using channel = await connected({ answer });
    const file = { name: "a.txt", base64: "A".repeat(2_400_000) };
    const many = Array.from({ length: 6 }, () => ({ ...file, base64: "" }));
    for (const files of [Array.from({ length: 5 }, () => file), many]) {
      await expect(channel.brain.answer({ ...asked("Hi"), files }, { signal })).rejects.toThrow("5 files at most");
    }
    expect(answer).not.toHaveBeenCalled();
    const files = Array.from({ length: 4 }, () => file);
    expect(await channel.brain.answer({ ...asked("Hi"), files }, { signal })).toEqual(quoted());
  });

  it("drops who sends a message that is too long, before the message has come", async () => {
    const lines: string[] = [];
    const spying = createLog({ level: "warn", process: "test", to: { write: (line) => void lines.push(line) } });
    await using _server = await serveBrain(scriptedBrain(), { path, log: spying });
    await using brain = connectBrain({ path, log });
    await brain.connected({ signal });
    const stray = createConnection(path);
    const closed = new Promise((resolve) => stray.once("close", resolve));
    stray.on("error", () => {}).write("Content-Length: 16000001\r\n\r\n{");
    await closed;
    expect(lines.join("")).toContain("channel message could not be read");
    expect(await brain.status({ signal })).toEqual(readyStatus);
  });

  it("survives bytes that are no message", async () => {
    await using channel = await connected({});
    await channel.brain.connected({ signal });
    const stray = createConnection(path);
    stray.write("Content-Length: many\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => stray.once("close", resolve).once("error", resolve));
    expect(await channel.brain.status({ signal })).toEqual(readyStatus);
  });

  it("tells a stale answer, which counts as told once the edge has done so", async () => {
    const outcomes: string[] = [];
    await using channel = await connected({
      watchAnswers: async ({ platform }, options) => {
        expect(platform).toBe("slack");
        await options.onStale(staleAnswer).then(() => outcomes.push("told"));
        await options.onStale(staleAnswer).catch(() => outcomes.push("not told"));
        await aborted(options.signal);
        outcomes.push("ended");
      },
    });
    const ending = new AbortController();
    const seen: unknown[] = [];
    const onStale = async (stale: StaleAnswer) => {
      seen.push(stale);
      if (seen.length === 2) throw new Error("CANARY: the platform is down");
    };
    const watching = channel.brain.watchAnswers({ platform: "slack" }, { signal: ending.signal, onStale });
    await vi.waitFor(() => expect(outcomes).toEqual(["told", "not told"]));
    expect(seen).toEqual([staleAnswer, staleAnswer]);
    ending.abort();
    await watching;
    await vi.waitFor(() => expect(outcomes).toEqual(["told", "not told", "ended"]));
  });

  it("watches again when the core died while it told", async () => {
    const telling = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<string>();
    const first = await serveBrain(
      scriptedBrain({
        watchAnswers: async (_of, { onStale }) => onStale(staleAnswer).catch(() => lost.resolve("not told")),
      }),
      { path, log },
    );
    await using brain = connectBrain({ path, log });
    const ending = new AbortController();
    const seen: unknown[] = [];
    const onStale = async (stale: StaleAnswer) => {
      seen.push(stale);
      telling.resolve();
      if (seen.length === 1) await new Promise(() => {});
    };
    const watching = brain.watchAnswers({ platform: "web" }, { signal: ending.signal, onStale });
    await telling.promise;
    await first[Symbol.asyncDispose]();
    expect(await lost.promise).toBe("not told");
    const told = Promise.withResolvers<string>();
    const second = scriptedBrain({
      watchAnswers: (_of, options) => options.onStale(staleAnswer).then(() => told.resolve("told")),
    });
    await using _second = await serveBrain(second, { path, log });
    expect(await told.promise).toBe("told");
    expect(seen).toEqual([staleAnswer, staleAnswer]);
    ending.abort();
    await watching;
  });

  it("ends its watches when it is closed", async () => {
    const channel = await connected({});
    const onStale = () => Promise.reject(new Error("nothing is stale"));
    const watching = channel.brain.watchAnswers({ platform: "web" }, { signal, onStale });
    await channel.brain.connected({ signal });
    await channel[Symbol.asyncDispose]();
    await watching;
  });

  it("forgets nothing where it is not understood what is meant", async () => {
    const forgetAnswers = vi.fn(async () => 1);
    await using channel = await connected({ forgetAnswers });
    const scope = { platform: "slack", space: "T1", chanel: "C1" } as const;
    await expect(channel.brain.forgetAnswers(scope, { signal })).rejects.toThrow();
    expect(forgetAnswers).not.toHaveBeenCalled();
    expect(await channel.brain.forgetAnswers({ platform: "slack", space: "T1" }, { signal })).toBe(1);
  });

  it("answers many at once, each its own", async () => {
    await using channel = await connected({
      document: async (id) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
        return [passage({ id })];
      },
    });
    const ids = Array.from({ length: 100 }, (_, index) => String(index));
    const documents = await Promise.all(ids.map((id) => channel.brain.document(id, { clearance: ["team"], signal })));
    expect(documents.map(([first]) => first?.id)).toEqual(ids);
  });
});
