import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Brain, StaleAnswer } from "../../src/brain/brain.ts";
import type { Question } from "../../src/chat.ts";
import { openPage } from "../bots/web/web-page.ts";
import { ask, contrasts, findChromium, isQuiet, openBrowser, openWatched } from "../helpers/browser.ts";
import { askPage, childrenOf, DOCUMENTS, hearth, scratch, startedPage } from "../helpers/hearth.ts";
import { passage, quoted, readyStatus, staleAnswer } from "../helpers/scripted-brain.ts";
import { twoQuoted } from "../helpers/written-answer.ts";

const HOW_MANY = "How many days of annual leave do we get?";
const LEAVE = DOCUMENTS["docs/leave.md"];
/** How soon a change shows under load. */
const PATIENT = { timeout: 20_000, interval: 100 };

/** What became of an answer's sources, as the page asks for it. */
async function staleAt(url: string, id: string): Promise<string[]> {
  const response = await fetch(new URL(`/api/stale?ids=${id}`, url));
  const stale: readonly Pick<StaleAnswer, "sources">[] | "starting" = JSON.parse(await response.text());
  if (stale === "starting") return ["starting"];
  return stale.flatMap(({ sources }) => sources.map(({ change, path }) => `${change}: ${path}`));
}

async function askedAt(url: string, question: string): Promise<string> {
  const last: object | undefined = (await askPage(url, question)).at(-1);
  expect(last).toMatchObject({ kind: "answer", answered: { id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
  const { answered }: { answered: { id: string } } = JSON.parse(JSON.stringify(last));
  return answered.id;
}

describe.concurrent("journey: answers that heal", { timeout: 120_000 }, () => {
  it("knows which answers no longer stand: while it runs, after a crash of the core, and after changes while it was down", async () => {
    using place = scratch(DOCUMENTS);
    let days = "";
    let receipts = "";
    {
      await using page = await startedPage(place.folder);
      days = await askedAt(page.url, HOW_MANY);
      receipts = await askedAt(page.url, "Which receipts need approval?");
      place.write("docs/leave.md", LEAVE.replace("28 days", "30 days"));
      await vi.waitFor(async () => expect(await staleAt(page.url, days)).toEqual(["changed: leave.md"]), PATIENT);
      const { core } = childrenOf(page.child);
      if (core === undefined) throw new Error("The core was not found");
      process.kill(core, "SIGKILL");
      await vi.waitFor(async () => expect(await staleAt(page.url, days)).toEqual(["changed: leave.md"]), PATIENT);
      expect(await staleAt(page.url, receipts)).toEqual([]);
    }
    place.write("docs/leave.md", LEAVE);
    rmSync(join(place.folder, "docs/expenses.md"));
    await using page = await startedPage(place.folder);
    await vi.waitFor(async () => expect(await staleAt(page.url, receipts)).toEqual(["removed: expenses.md"]), PATIENT);
    await vi.waitFor(async () => expect(await staleAt(page.url, days)).toEqual([]), PATIENT);
  });

  it("tells in hearth chat, before the next prompt, that the source of an earlier answer changed", async () => {
    using place = scratch(DOCUMENTS);
    await using chat = hearth(["chat", "--docs", "docs", "--data", "data"], { cwd: place.folder });
    chat.child.stdin?.write(`${HOW_MANY}\n`);
    await chat.says(/28 days of annual leave[^]*leave\.md:7/, 60_000);
    place.write("docs/leave.md", LEAVE.replace("28 days", "30 days"));
    chat.child.stdin?.write("Which receipts need approval?\n");
    await chat.says(
      /50 EUR[^]*\n\nOf the earlier answer to “How many days of annual leave do we get\?”, the source changed since: Leave\./,
      60_000,
    );
    chat.child.stdin?.end("/quit\n");
    expect(await chat.ended).toBe(0);
    expect(chat.said.out.split("Of the earlier answer")).toHaveLength(2);
  });
});

const chromium = findChromium("the journeys of healing answers in the browser");

describe.skipIf(chromium === undefined)("journey: answers that heal, in the browser", { timeout: 120_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(chromium ?? "");
  }, 60_000);
  afterAll(() => browser?.close());

  it("marks an answer whose source changed, without a reload and after one, and asks again what the documents say now", async () => {
    using place = scratch(DOCUMENTS);
    await using program = await startedPage(place.folder);
    await using view = await openWatched(browser, program.url);
    const { page } = view;
    await ask(page, HOW_MANY);
    expect(await page.locator(".stale").count()).toBe(0);
    place.write("docs/leave.md", LEAVE.replace("28 days", "30 days"));
    const mark = page.locator(".exchange").first().locator(".stale");
    await mark.waitFor({ timeout: 20_000 });
    expect(await mark.innerText()).toContain("The source changed since: Leave.");
    expect(await page.locator("#announcement").innerText()).toBe(
      `The source changed since: Leave. That was the answer to: ${HOW_MANY}`,
    );
    await page.reload();
    await mark.waitFor({ timeout: 20_000 });
    await mark.getByRole("button", { name: "Ask again" }).press("Enter");
    await page.locator(".answer").nth(1).waitFor({ timeout: 20_000 });
    expect(await page.locator(".exchange").last().innerText()).toContain("30 days of annual leave");
    expect(await page.locator(".exchange").last().locator(".stale").count()).toBe(0);
    await isQuiet(view);
  });

  it("keeps the focus on the mark's button, takes the mark away when the text is back, and asks with the turns of then", async () => {
    let stale: readonly StaleAnswer[] = [];
    const asked: Question[] = [];
    const brain: Partial<Brain> = {
      answer: async (question) => {
        asked.push(question);
        return { ...quoted(), id: `00000000-0000-4000-8000-00000000000${asked.length}` };
      },
      staleAnswers: async ({ ids }) => stale.filter(({ id }) => ids.includes(id)),
    };
    await using server = await openPage(brain);
    await using view = await openWatched(browser, server.url);
    const { page } = view;
    for (const question of ["First?", "Second?", "Third?"]) await ask(page, question);
    const sources = [{ title: "<b>Press</b>", path: "press.md", change: "removed" }, ...staleAnswer.sources] as const;
    stale = [{ ...staleAnswer, id: "00000000-0000-4000-8000-000000000002", sources }];
    const mark = page.locator(".exchange").nth(1).locator(".stale");
    await mark.waitFor({ timeout: 20_000 });
    expect(await page.locator(".stale").count()).toBe(1);
    expect(await mark.innerText()).toContain(
      "The source changed since: Leave. The source is no longer there: <b>Press</b>.",
    );
    const button = mark.getByRole("button", { name: "Ask again" });
    await button.focus();
    await page.waitForResponse((response) => response.url().includes("/api/stale"));
    await page.waitForResponse((response) => response.url().includes("/api/stale"));
    expect(await page.evaluate("document.activeElement.closest('.stale') !== null")).toBe(true);
    await button.press("Enter");
    await page.locator(".answer").nth(3).waitFor();
    expect(asked.at(-1)?.message.text).toBe("Second?");
    expect(asked.at(-1)?.turns.map(({ text }) => text)).toEqual(["First?", expect.stringContaining("28 days")]);
    stale = [];
    await mark.waitFor({ state: "detached", timeout: 20_000 });
    await isQuiet(view);
  });

  it("shows mark, disagreeing passages, pages, dates and how passages are found on a narrow screen, in light and in dark", async () => {
    const [first, second] = twoQuoted.passages;
    const old = passage({ ...first, path: "book.pdf", lines: [0, 0], page: 3, modifiedAt: "2024-01-02T08:00:00.000Z" });
    const young = passage({ ...second, modifiedAt: "2025-03-04T08:00:00.000Z" });
    const id = "00000000-0000-4000-8000-000000000001";
    await using server = await openPage({
      answer: async () => ({
        id,
        answer: { ...twoQuoted, passages: [old, young], conflicts: [[0, 1]] },
        hits: [old, young].map((each) => ({ passage: each, score: 1 })),
        timings: { search: 1, answer: 1 },
      }),
      staleAnswers: async () => [{ ...staleAnswer, id }],
      status: async () => ({
        ...readyStatus,
        meaning: { kind: "embedding", model: { kind: "transformers", name: "e5-small" }, done: 1_200, total: 3_000 },
      }),
    });
    for (const colorScheme of ["light", "dark"] as const) {
      await using view = await openWatched(browser, server.url, { viewport: { width: 320, height: 640 }, colorScheme });
      const { page } = view;
      await ask(page, "How much leave?");
      await page.locator(".stale").waitFor({ timeout: 20_000 });
      expect((await page.locator(".conflict").innerText()).replaceAll(/\s+/g, " ")).toBe(
        "These disagree: 1 Leave (2024-01-02), 2 Sick leave (2025-03-04)",
      );
      expect(await page.locator(".source").first().innerText()).toContain("book.pdf, p. 3");
      await page.locator(".why summary").click();
      expect(await page.locator(".considered").innerText()).toMatch(/book\.pdf, p\. 3 · 2024-01-02/);
      await page.locator("#status summary").click();
      await expect
        .poll(() => page.locator("#status-panel").innerText())
        .toContain("Found by words; by meaning too (e5-small): 1,200 of 3,000 passages so far");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
      expect(await contrasts(page)).toEqual([]);
      await isQuiet(view);
    }
  });
});
