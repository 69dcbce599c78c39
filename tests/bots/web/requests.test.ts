import { describe, expect, it } from "vitest";
import type { Brain } from "../../../src/brain/brain.ts";
import type { Audience, Question } from "../../../src/chat.ts";
import { LONGEST_TEXT, MOST_TURNS } from "../../../src/bots/web/from-web.ts";
import * as channel from "../../../src/channel/protocol.ts";
import { createLog } from "../../../src/log.ts";
import { passage, quoted, readyStatus, staleAnswer } from "../../helpers/scripted-brain.ts";
import { askBody, openPage, sendAsk, sendRaw } from "./web-page.ts";

const eventsIn = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

describe("a question", () => {
  it("is answered as a stream of lines: where it stands, then the answer", async () => {
    await using page = await openPage({
      answer: async (_question, { onProgress }) => {
        onProgress?.({ kind: "searching" });
        onProgress?.({ kind: "asking-again" });
        return quoted();
      },
    });
    const response = await sendAsk(page.url, askBody("How many days?"));
    expect(response.headers.get("content-type")).toContain("application/x-ndjson");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(eventsIn(await response.text())).toEqual([
      { kind: "progress", progress: { kind: "searching" } },
      { kind: "progress", progress: { kind: "asking-again" } },
      { kind: "answer", answered: quoted() },
    ]);
  });

  it("shows its progress before the answer is there", async () => {
    const answer = Promise.withResolvers<ReturnType<typeof quoted>>();
    await using page = await openPage({
      answer: (_question, { onProgress }) => {
        onProgress?.({ kind: "searching" });
        return answer.promise;
      },
    });
    const response = await sendAsk(page.url, askBody("How many days?"));
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain("searching");
    answer.resolve(quoted());
    const second = await reader?.read();
    expect(new TextDecoder().decode(second?.value)).toContain("28 days");
  });

  it("goes to the brain with its turns and the server's clearance, whatever the request claims", async () => {
    const seen: Question[] = [];
    const answer: Brain["answer"] = async (question) => {
      seen.push(question);
      return quoted();
    };
    await using page = await openPage({ answer }, { clearance: ["public"] });
    const turns = [{ role: "user", text: "About leave" }];
    await sendAsk(page.url, askBody("  How many days? ", { turns, clearance: ["team"], message: { text: "x" } }));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      message: { text: "How many days?", conversation: { platform: "web" }, author: { isBot: false } },
      turns,
      clearance: ["public"],
    });
  });

  it("that fails says so plainly, with no text of anybody's, in the page and in the log", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "trace", process: "edge", to: { write: (line) => void lines.push(line) } });
    const answer = () => Promise.reject(new TypeError("CANARY of a document"));
    await using page = await openPage({ answer }, { log });
    const response = await sendAsk(page.url, askBody("CANARY of a question?"));
    const text = await response.text();
    expect(eventsIn(text)).toEqual([
      { kind: "error", message: "This question could not be answered; Hearth's log says why." },
    ]);
    expect(lines.join("")).toContain("question failed");
    expect(lines.join("")).not.toContain("CANARY of a question");
  });

  it("is as long as the channel to the core allows, and no longer", async () => {
    expect({ LONGEST_TEXT, MOST_TURNS }).toEqual({
      LONGEST_TEXT: channel.LONGEST_TEXT,
      MOST_TURNS: channel.MOST_TURNS,
    });
    await using page = await openPage();
    const turns = Array.from({ length: MOST_TURNS }, () => ({ role: "user", text: "語".repeat(LONGEST_TEXT) }));
    const longest = await sendAsk(page.url, askBody("語".repeat(LONGEST_TEXT), { turns }));
    expect(longest.status).toBe(200);
    const longer = await sendAsk(page.url, askBody("a".repeat(LONGEST_TEXT + 1)));
    expect(longer.status).toBe(400);
    expect(await longer.json()).toEqual({ message: "The question has more than 4000 characters; shorten it." });
  });

  it("that cannot be understood is refused in one sentence that repeats nothing of it", async () => {
    await using page = await openPage();
    const bodies = [
      "",
      "{",
      "null",
      "[]",
      askBody("  "),
      askBody("a", { id: "CANARY" }),
      askBody("a", { turns: "CANARY" }),
      askBody("a", { turns: [{ role: "system", text: "CANARY" }] }),
      askBody("a", { turns: Array.from({ length: MOST_TURNS + 1 }, () => ({ role: "user", text: "a" })) }),
      JSON.stringify({ text: { CANARY: 1 } }),
    ];
    for (const body of bodies) {
      const response = await sendAsk(page.url, body);
      expect(response.status).toBe(400);
      const text = await response.text();
      expect(text).toMatch(/^\{"message":"[A-Z][^.]*\."\}$/);
      expect(text).not.toContain("CANARY");
    }
  });

  it("is not read past a megabyte, however it is sent", async () => {
    let isAsked = false;
    const answer = async () => {
      isAsked = true;
      return quoted();
    };
    await using page = await openPage({ answer });
    const body = askBody("a", { more: "x".repeat(1_100_000) });
    const chunked = { "content-type": "application/json", "transfer-encoding": "chunked" };
    for (const headers of [{ "content-type": "application/json", "content-length": String(body.length) }, chunked]) {
      const sent = sendRaw(page.url, { path: "/api/ask", method: "POST", headers, body });
      // The connection may be cut before all of it was sent.
      expect(["cut", 413]).toContain(await sent.then(({ status }) => status).catch(() => "cut"));
    }
    expect(isAsked).toBe(false);
    expect((await sendAsk(page.url, askBody("a"))).status).toBe(200);
    expect(isAsked).toBe(true);
  });
});

describe("a lookup", () => {
  it("gives the hits for the words, under the server's clearance", async () => {
    const seen: unknown[] = [];
    const lookup: Brain["lookup"] = async (words, { clearance }) => {
      seen.push([words, clearance]);
      return [{ passage: passage(), score: 1 }];
    };
    await using page = await openPage({ lookup }, { clearance: ["public"] });
    const { text } = await sendRaw(page.url, { path: "/api/lookup?words=annual%20lea&clearance=team" });
    expect(JSON.parse(text)).toEqual([{ passage: passage(), score: 1 }]);
    expect(seen).toEqual([["annual lea", ["public"]]]);
  });

  it("of nothing finds nothing; of too much it is refused", async () => {
    await using page = await openPage({ lookup: () => Promise.reject(new Error("not to be asked")) });
    expect((await sendRaw(page.url, { path: "/api/lookup?words=%20" })).text).toBe("[]");
    expect((await sendRaw(page.url, { path: "/api/lookup" })).status).toBe(400);
    expect((await sendRaw(page.url, { path: `/api/lookup?words=${"a".repeat(301)}` })).status).toBe(400);
    expect(await sendRaw(page.url, { path: "/api/lookup?words=a" })).toMatchObject({
      status: 500,
      text: '{"message":"Hearth could not do this; its log says why."}',
    });
  });

  it("carries hostile text as inert JSON, unchanged for whoever parses it", async () => {
    const hostile = passage({
      text: "</script><script>alert(1)</script>\u2028",
      title: '"><img src=x onerror=alert(1)>',
    });
    await using page = await openPage({ lookup: async () => [{ passage: hostile, score: 1 }] });
    const { text, headers } = await sendRaw(page.url, { path: "/api/lookup?words=a" });
    expect(headers["content-type"]).toContain("application/json");
    expect(text).not.toContain("<");
    expect(JSON.parse(text)).toEqual([{ passage: hostile, score: 1 }]);
  });
});

describe("a document", () => {
  const id = "a".repeat(32);

  it("comes with all its passages, under the server's clearance", async () => {
    const seen: (readonly Audience[])[] = [];
    const document: Brain["document"] = async (_id, { clearance }) => {
      seen.push(clearance);
      return [passage()];
    };
    await using page = await openPage({ document });
    expect(JSON.parse((await sendRaw(page.url, { path: `/api/document?id=${id}` })).text)).toEqual([passage()]);
    expect(seen).toEqual([["public", "team"]]);
  });

  it("that is gone is said to be; one without an id is refused", async () => {
    await using page = await openPage({ document: async () => [] });
    expect((await sendRaw(page.url, { path: `/api/document?id=${id}` })).status).toBe(404);
    for (const wrong of ["", "id=", "id=../x", `id=${id}a`]) {
      expect((await sendRaw(page.url, { path: `/api/document?${wrong}` })).status).toBe(400);
    }
  });
});

describe("which answers no longer stand", () => {
  const id = "6f1c1c2e-1f5e-4b52-8f2c-0d1d3f0e7a11";

  it("is said of the page's own answers, with their sources alone", async () => {
    const seen: unknown[] = [];
    const staleAnswers: Brain["staleAnswers"] = async (of) => {
      seen.push(of);
      return [{ ...staleAnswer, id }];
    };
    await using page = await openPage({ staleAnswers });
    const { text } = await sendRaw(page.url, { path: `/api/stale?ids=${id},${id}` });
    expect(JSON.parse(text)).toEqual([{ id, sources: staleAnswer.sources }]);
    expect(seen).toEqual([{ platform: "web", ids: [id, id] }]);
  });

  it("is that it starts while the core is away; what is no list of ids is refused", async () => {
    await using page = await openPage({ staleAnswers: () => Promise.reject(new Error("away")) });
    expect((await sendRaw(page.url, { path: `/api/stale?ids=${id}` })).text).toBe('"starting"');
    const many = Array.from({ length: 51 }, () => id).join(",");
    for (const wrong of ["", "?ids=", "?ids=x", `?ids=${many}`]) {
      expect((await sendRaw(page.url, { path: `/api/stale${wrong}` })).status).toBe(400);
    }
  });
});

describe("the status", () => {
  it("is the brain's own", async () => {
    await using page = await openPage();
    expect(JSON.parse((await sendRaw(page.url, { path: "/api/status" })).text)).toEqual(readyStatus);
  });

  it("is that it starts while the core is away", async () => {
    await using page = await openPage({ status: () => Promise.reject(new Error("The search process is starting")) });
    expect((await sendRaw(page.url, { path: "/api/status" })).text).toBe('"starting"');
  });

  it("comes with the questions to offer", async () => {
    await using page = await openPage({}, { examples: ["What leaves this machine?"] });
    expect((await sendRaw(page.url, { path: "/api/examples" })).text).toBe('["What leaves this machine?"]');
  });
});
