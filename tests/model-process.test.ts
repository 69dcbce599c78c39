import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Engine } from "../src/brain/engine.ts";
import type { OpenRequest } from "../src/channel/engine-wire.ts";
import { silentLog } from "../src/log.ts";
import { openModelProcess } from "../src/model-process.ts";
import { UserError } from "../src/user-error.ts";
import { describeEngine } from "./contracts/engine.ts";
import { childrenOf, root, scratch } from "./helpers/hearth.ts";
import { tinyModel } from "./helpers/tiny-model.ts";

const signal = AbortSignal.timeout(900_000);
const { file, hash } = tinyModel();
const asking = { messages: [{ role: "user", text: "Who?" }], maxTokens: 24 } as const;

function open({ freeBytes = 4e9, ...given }: Partial<OpenRequest> = {}): Engine {
  const request: Omit<OpenRequest, "freeBytes"> = {
    file,
    name: "tiny",
    contextTokens: 1_024,
    parallel: 1,
    threads: 1,
    gpu: "off",
    flashAttention: "auto",
    cache: "f16",
    lookup: "auto",
    thinkingTokens: 0,
    lora: [],
    stateFolder: "/nonexistent",
    stateMegabytes: 0,
    ...given,
  };
  return openModelProcess({
    request,
    free: () => freeBytes,
    fileBytes: statSync(request.file, { throwIfNoEntry: false })?.size ?? 0,
    log: silentLog(),
    plan: {
      command: [
        process.execPath,
        "--disable-warning=ExperimentalWarning",
        join(root, "src/main.ts"),
        "model",
        "--with-parent",
        "--log-level",
        "error",
      ],
      environment: { PATH: process.env["PATH"] ?? "", UV_THREADPOOL_SIZE: "1" },
    },
  });
}

/** The model processes that this test process has started. */
function models(): number[] {
  const { model } = childrenOf(process);
  return model === undefined ? [] : [model];
}

describeEngine("llama.cpp in a process of its own", async () => open(), { json: true, special: "<|im_end|>" });

describe("the model process", () => {
  it("is started when it is first needed, and ends by itself with exit code 0", async () => {
    const engine = open();
    expect(models()).toEqual([]);
    await engine.ready({ signal });
    expect(models()).toHaveLength(1);
    expect(engine.label()).toEqual({ kind: "llama", name: "tiny", hash });
    await engine[Symbol.asyncDispose]();
    expect(models()).toEqual([]);
  });

  it("writes once more what it was writing when it was killed, and takes back nothing that was shown", async () => {
    await using engine = open();
    const shown: string[] = [];
    const writing = engine.generate(
      { ...asking, maxTokens: 200 },
      {
        signal,
        onText: (text) => {
          shown.push(text);
          if (shown.length === 3) for (const pid of models()) process.kill(pid, "SIGKILL");
        },
      },
    );
    const { text } = await writing;
    expect(text.length).toBeGreaterThan(shown[2]?.length ?? 0);
    for (const [index, soFar] of shown.entries()) expect(soFar.startsWith(shown[index - 1] ?? "")).toBe(true);
    expect(engine.state()).toEqual({ kind: "ready" });
  });

  it("is left alone after three deaths in five minutes, and says so with the cure", async () => {
    await using engine = open();
    for (let death = 0; death < 3; death += 1) {
      await engine.ready({ signal });
      for (const pid of models()) process.kill(pid, "SIGKILL");
      while (models().length > 0 || engine.state().kind === "ready") await delay(5);
    }
    expect(engine.state()).toMatchObject({
      kind: "failed",
      why: expect.stringMatching(/stopped 3 times .* quoted; use another/),
    });
    await expect(engine.generate(asking, { signal })).rejects.toBeInstanceOf(UserError);
    expect(models()).toEqual([]);
  });

  it("says in a sentence why a file cannot be used, and starts no native code for it", async () => {
    using place = scratch({ "words.gguf": "These are no weights.\n".repeat(100) });
    for (const [given, sentence] of [
      [{ file: join(place.folder, "none.gguf") }, /none\.gguf/],
      [{ file: join(place.folder, "words.gguf") }, /words\.gguf/],
      [{ sha256: "0".repeat(64) }, /is not the one that was pulled: its SHA-256 differs; pull it again/],
      [{ freeBytes: 1_000_000 }, /memory/],
    ] as const) {
      await using engine = open(given);
      const refusal = engine.ready({ signal });
      await expect(refusal).rejects.toBeInstanceOf(UserError);
      await expect(refusal).rejects.toThrow(sentence);
      expect(engine.state().kind).toBe("failed");
      expect(models()).toEqual([]);
    }
  });

  it("ends when the process that started it is killed", async () => {
    using place = scratch();
    const script = join(place.folder, "parent.ts");
    const plan = [process.execPath, join(root, "src/main.ts"), "model", "--with-parent"];
    writeFileSync(
      script,
      `import { startProcess } from ${JSON.stringify(join(root, "src/model-child.ts"))};
       const { child } = startProcess({ command: ${JSON.stringify(plan)}, environment: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: "1" } });
       console.log(child.pid);
       setTimeout(() => process.kill(process.pid, "SIGKILL"), 500);`,
    );
    const said = (() => {
      try {
        return execFileSync(process.execPath, [script], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      } catch (error) {
        return error instanceof Error && "stdout" in error ? String(error.stdout) : "";
      }
    })();
    const pid = Number(said.trim());
    expect(pid).toBeGreaterThan(0);
    const isAlive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (isAlive()) {
      signal.throwIfAborted();
      await delay(20);
    }
  });
});

describe("several who wait", () => {
  it("share the next process after one that died while it loaded", async () => {
    await using engine = open();
    const waiting = [engine.ready({ signal }), engine.ready({ signal }), engine.ready({ signal })];
    while (models().length === 0) await delay(2);
    for (const pid of models()) process.kill(pid, "SIGKILL");
    await Promise.all(waiting);
    expect(engine.state()).toEqual({ kind: "ready" });
    for (const pid of models()) process.kill(pid, "SIGKILL");
    while (engine.state().kind === "ready") await delay(2);
    // Two deaths so far, whoever waited: the model is still there.
    await engine.ready({ signal });
    expect(engine.state()).toEqual({ kind: "ready" });
  });
});
