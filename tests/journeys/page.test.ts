import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { askPage, childrenOf, DOCUMENTS, hearth, scratch, startedPage } from "../helpers/hearth.ts";

describe.concurrent("journey: the page", { timeout: 60_000 }, () => {
  it("starts, answers from the folder with its place, says what is not there, and stops within two seconds", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    expect(page.said.out).toMatch(/2 documents, \d+ passages, read in [\d.]+ s/);
    expect(page.said.out).toContain("no model is configured");
    expect(page.said.out).toMatch(/Core +(sealed|not sealed)/);
    const events = await askPage(page.url, "How many days of annual leave do we get?");
    expect(events.at(-1)).toMatchObject({
      kind: "answer",
      answered: {
        answer: { kind: "quoted", passages: [{ path: "leave.md", headings: ["Annual leave"], lines: [7, 7] }] },
      },
    });
    expect(JSON.stringify(events)).toContain("28 days");
    const unknown = await askPage(page.url, "Who won the football championship in 1974?");
    expect(unknown.at(-1)).toMatchObject({ answered: { answer: { kind: "unknown" } } });
    const before = performance.now();
    page.child.kill("SIGINT");
    expect(await page.ended).toBe(0);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it("answers a follow-up with the help of the earlier turn", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    const turns = [
      { role: "user", text: "When do I need a doctor's note for sick leave?" },
      { role: "assistant", text: "A doctor's note is needed from the fourth day on." },
    ];
    const events = await askPage(page.url, "And by when do I tell my lead?", turns);
    expect(JSON.stringify(events.at(-1))).toContain("before ten in the morning");
  });

  it("finds a change within two seconds of its being saved, and forgets what was removed", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    place.write("docs/parking.md", "# Parking\n\nThe garage gate code is changed every Monday.\n");
    const lookup = async (words: string) => {
      const response = await fetch(new URL(`/api/lookup?words=${encodeURIComponent(words)}`, page.url));
      return JSON.stringify(await response.json());
    };
    await vi.waitFor(async () => expect(await lookup("garage gate")).toContain("parking.md"), {
      timeout: 2_000,
      interval: 50,
    });
    rmSync(join(place.folder, "docs/parking.md"));
    await vi.waitFor(async () => expect(await lookup("garage gate")).not.toContain("parking.md"), {
      timeout: 2_000,
      interval: 50,
    });
  });

  it("comes back when the core or the edge is killed, and answers what was asked meanwhile", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    const { core, edge } = childrenOf(page.child);
    if (core === undefined || edge === undefined) throw new Error("The two processes were not found");
    process.kill(core, "SIGKILL");
    const events = await askPage(page.url, "Which receipts need approval?");
    expect(events.at(-1)).toMatchObject({ kind: "answer", answered: { answer: { kind: "quoted" } } });
    expect(page.said.err).toContain("The core stopped (SIGKILL) and is started again");
  });

  it("takes both processes with it when it is killed itself", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    const children = Object.values(childrenOf(page.child));
    expect(children).toHaveLength(2);
    page.child.kill("SIGKILL");
    await vi.waitFor(
      () => {
        for (const id of children) expect(() => process.kill(id, 0)).toThrow("ESRCH");
      },
      { timeout: 5_000 },
    );
  });

  it("writes no word of a question or a document into its log", async () => {
    using place = scratch({ "docs/secret.md": "# Plans\n\nThe CANARYDOCUMENT launch is on Friday.\n" });
    await using page = await startedPage(place.folder, ["--log-level", "trace"]);
    await askPage(page.url, "When is the CANARYQUESTION launch, CANARYDOCUMENT?");
    page.child.kill("SIGINT");
    await page.ended;
    const log = readFileSync(join(place.folder, "data/hearth.log"), "utf8");
    expect(log).toContain("core started");
    expect(log).not.toMatch(/canary/i);
  });
});

describe.concurrent("journey: mistakes", { timeout: 60_000 }, () => {
  it("names a missing folder in one sentence and ends with 2", async () => {
    using place = scratch();
    await using running = hearth(["start", "--docs", "nowhere"], { cwd: place.folder });
    expect(await running.ended).toBe(2);
    expect(running.said.err).toBe('hearth: --docs "nowhere": there is no such folder; create it or correct the path\n');
  });

  it("names a port in use and the cure, and ends with 2", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    const { port } = new URL(page.url);
    await using second = hearth(["start", "--port", port, "--docs", "docs", "--data", "other"], { cwd: place.folder });
    expect(await second.ended).toBe(2);
    expect(second.said.out + second.said.err).toContain(`Port ${port}`);
    expect((second.said.out + second.said.err).trim().split("\n")).toHaveLength(1);
  });

  it("names a port that is none, and places that cannot be written, and ends with 2", async () => {
    using place = scratch({ ...DOCUMENTS, afile: "" });
    const mistakes = [
      [["--port", "70000"], "--port 70000 is no port; give a number from 0 (a free one) to 65535"],
      [["--data", "afile/data"], /The data folder .*afile\/data cannot be used \(ENOTDIR\); name another with --data/],
      [["--log", "docs"], /The log file .*docs cannot be written \(EISDIR\); name another with --log/],
      [["--host", "192.0.2.1"], "The address 192.0.2.1 is not one of this machine's; name one that is with --host"],
    ] as const;
    for (const [words, sentence] of mistakes) {
      await using running = hearth(["start", "--docs", "docs", ...words], { cwd: place.folder });
      expect(await running.ended).toBe(2);
      expect(running.said.out + running.said.err).toMatch(sentence);
      expect((running.said.out + running.said.err).trim().split("\n")).toHaveLength(1);
    }
  });

  it("goes on serving when nobody reads what it says", async () => {
    using place = scratch(DOCUMENTS);
    await using page = await startedPage(place.folder);
    page.child.stdout?.destroy();
    const { edge } = childrenOf(page.child);
    if (edge === undefined) throw new Error("The edge was not found");
    process.kill(edge, "SIGKILL");
    await vi.waitFor(() => expect(page.said.err).toContain("The edge stopped (SIGKILL)"), { timeout: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(page.said.err.match(/The edge stopped/g)).toHaveLength(1);
  });

  it("names a file that cannot be read, and reads the rest", async () => {
    using place = scratch({ ...DOCUMENTS, "docs/huge.md": "word ".repeat(1_000_000) });
    place.write("config/hearth.yaml", "limits:\n  fileMegabytes: 1\n");
    await using page = await startedPage(place.folder);
    expect(page.said.out).toMatch(/not read: huge\.md: .*1 MB/);
    expect(page.said.out).toContain("2 documents");
  });
});
