import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Brain, BrainStatus, Progress } from "../../src/brain/brain.ts";
import type { Passage, Question } from "../../src/chat.ts";
import { ask, contrasts, findChromium, isQuiet, openBrowser, openWatched, put } from "../helpers/browser.ts";
import { childrenOf, DOCUMENTS, scratch, startedPage, type Running } from "../helpers/hearth.ts";
import { passage, quoted, readyStatus } from "../helpers/scripted-brain.ts";
import { puppet, smol, twoQuoted, written, writingSteps, writtenBy, writingStep } from "../helpers/written-answer.ts";
import { openPage } from "../bots/web/web-page.ts";

const chromium = findChromium("the journeys in the browser");

const HOSTILE = {
  "docs/badges.md": [
    "# Badges <img src=x onerror=alert(1)>",
    "## Colours <script>alert(2)</script>",
    'Visitor badges are <b onmouseover="alert(3)">orange</b> <img src=x onerror=alert(4)> and returned at the gate.',
    "<script>alert(5)</script> <iframe src=javascript:alert(6)></iframe> Visitor badges need a photo.",
    "[Visitor badges](javascript:alert(7)) and [these](data:text/html,x) and [the site](https://badges.example/a) help.",
    "![tracker](https://tracker.example/pixel.png) stands beside visitor badges.",
  ].join("\n\n"),
};

/** What would not fit a narrow screen: a long word, a wide table, a long line of code. */
const WIDE = {
  "docs/billing.md": [
    "# Billing",
    "## Ports of the billing service",
    "The billing service listens on port 9443 of its own machine.",
    `Its address is billing.${"internal".repeat(20)}.example for everybody.`,
    `| ${"Name | Port | Owner | Region | Contact | Since |".repeat(2)}\n|${" --- |".repeat(12)}\n| ${"billing | 9443 | finance | north | desk | 2019 |".repeat(2)}`,
    `\`\`\`sh\nbilling --listen 9443 ${"--option value ".repeat(20)}\n\`\`\``,
  ].join("\n\n"),
};

let browser: Browser;
let program: Running & { readonly url: string };
const place = scratch({ ...DOCUMENTS, ...HOSTILE, ...WIDE });

describe.skipIf(chromium === undefined)("journey: the page in the browser", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [browser, program] = await Promise.all([openBrowser(chromium ?? ""), startedPage(place.folder)]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await program?.[Symbol.asyncDispose]();
    place[Symbol.dispose]();
  });

  it("marks the sentence that answers within its passage, by keyboard alone", async () => {
    await using view = await openWatched(browser, program.url);
    await ask(view.page, "How many days of annual leave do we get?");
    const answer = view.page.locator(".answer");
    expect(await answer.locator(".quote").first().innerText()).toContain(
      "Everybody gets 28 days of annual leave a year.",
    );
    const source = answer.locator(".source").first();
    expect(await source.innerText()).toContain("Leave › Annual leave");
    expect(await source.innerText()).toContain("leave.md:7");
    const marked = (await source.locator("mark").allInnerTexts()).join("");
    expect(marked).toContain("Everybody gets 28 days of annual leave a year.");
    expect(await view.page.locator("#announcement").innerText()).toContain("28 days");
    await isQuiet(view);
  });

  it("understands a follow-up", async () => {
    await using view = await openWatched(browser, program.url);
    await ask(view.page, "When do I need a doctor's note for sick leave?");
    await ask(view.page, "And by when do I tell my lead?");
    expect(await view.page.locator(".answer").last().innerText()).toContain("before ten in the morning");
    await view.page.getByRole("button", { name: "New conversation" }).click();
    expect(await view.page.locator(".exchange").count()).toBe(0);
    await expect.poll(() => view.page.getByText("What would you like to know?").isVisible()).toBe(true);
  });

  it("says plainly what is not in the docs", async () => {
    await using view = await openWatched(browser, program.url);
    await ask(view.page, "Who won the football championship in 1974?");
    expect(await view.page.locator(".answer").innerText()).toMatch(/^Not in the docs\./);
    await isQuiet(view);
  });

  it("looks up while one types, and opens the document at the passage, by keyboard", async () => {
    await using view = await openWatched(browser, program.url);
    const { page } = view;
    await page.keyboard.press("Control+k");
    await page.keyboard.type("doctors note sick lea");
    const search = page.getByRole("combobox");
    await page.getByRole("option").first().waitFor();
    expect(await search.getAttribute("aria-expanded")).toBe("true");
    const chosen = page.getByRole("option", { selected: true });
    expect(await chosen.innerText()).toContain("Sick leave");
    if ((await page.getByRole("option").count()) > 1) {
      await page.keyboard.press("ArrowDown");
      expect(await search.getAttribute("aria-activedescendant")).toBe("search-result-1");
      await page.keyboard.press("ArrowUp");
    }
    await page.keyboard.press("Enter");
    const reader = page.getByRole("dialog");
    await reader.locator(".sought").waitFor();
    expect(await reader.locator(".sought").innerText()).toContain("A doctor's note is needed");
    expect(await reader.innerText()).toContain("Everybody gets 28 days");
    await page.keyboard.press("Escape");
    await expect.poll(() => reader.isVisible()).toBe(false);
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("search");
    expect(await page.getByRole("option").count()).toBe(0);
    await isQuiet(view);
  });

  it("closes the results with Esc, and takes / for a letter where one types", async () => {
    await using view = await openWatched(browser, program.url);
    const { page } = view;
    await page.locator("#question").fill("");
    await page.keyboard.type("a/b");
    expect(await page.locator("#question").inputValue()).toBe("a/b");
    await page.locator("#question").blur();
    await page.keyboard.press("/");
    await page.keyboard.type("leave");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("option").count()).toBe(0);
    expect(await page.locator("#search").inputValue()).toBe("leave");
  });

  it("shows a hostile document as text, runs nothing of it and asks nobody for anything", async () => {
    await using view = await openWatched(browser, program.url);
    const { page } = view;
    await ask(page, "What do visitor badges need?");
    await page.locator(".source .place-button").first().click();
    await page.locator(".sought").waitFor();
    const reader = page.getByRole("dialog");
    const text = await reader.innerText();
    expect(text).toContain("returned at the gate");
    expect(text).toContain("Visitor badges need a photo");
    const made = page.locator("main, dialog").locator("img, script, iframe, b, [onerror], [onmouseover], [style]");
    expect(await made.count()).toBe(0);
    expect(await page.locator("a[href^='javascript:'], a[href^='data:']").count()).toBe(0);
    const link = reader.getByRole("link", { name: "the site" });
    expect(await link.getAttribute("href")).toBe("https://badges.example/a");
    expect(await link.getAttribute("rel")).toBe("noreferrer noopener");
    await isQuiet(view);
  });

  it("keeps the conversation over a reload, and forgets it with the tab", async () => {
    await using view = await openWatched(browser, program.url);
    await ask(view.page, "How many days of annual leave do we get?");
    const before = await view.page.locator(".exchange").innerText();
    await view.page.reload();
    await view.page.locator(".answer").waitFor();
    expect(await view.page.locator(".exchange").innerText()).toBe(before);
    await using another = await openWatched(browser, program.url);
    expect(await another.page.locator(".exchange").count()).toBe(0);
    await isQuiet(view);
  });

  it("fits a narrow screen, in light and in dark", async () => {
    const grounds = new Set<unknown>();
    for (const colorScheme of ["light", "dark"] as const) {
      await using view = await openWatched(browser, program.url, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = view;
      await ask(page, "Which port does the billing service listen on?");
      await page.locator(".source mark").first().waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
      await page.locator("#status summary").click();
      await page.locator("#status-panel dl").waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
      grounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
      expect(await contrasts(page)).toEqual([]);
      await isQuiet(view);
    }
    expect(grounds.size).toBe(2);
  });

  it("tells in its corner what was read, whether the core is sealed, and that there is no model", async () => {
    await using view = await openWatched(browser, program.url);
    const { page } = view;
    await expect.poll(() => page.locator("#status-line").innerText()).toBe("4 documents");
    await page.locator("#status summary").press("Enter");
    const panel = page.locator("#status-panel");
    await expect.poll(() => panel.innerText()).toMatch(/4 documents, \d+ passages/);
    expect(await panel.innerText()).toMatch(/No model: answers are the documents' own sentences/);
    expect(await panel.innerText()).toMatch(/Sealed: it has no network|Not sealed: .+/);
    await page.keyboard.press("Escape");
    expect(await panel.isVisible()).toBe(false);
  });

  it("says so when the search was restarted, and still answers", async () => {
    using own = scratch(DOCUMENTS);
    await using running = await startedPage(own.folder);
    await using view = await openWatched(browser, running.url);
    const { core } = childrenOf(running.child);
    if (core === undefined) throw new Error("The core was not found");
    process.kill(core, "SIGSTOP");
    await view.page.locator("#question").fill("Which receipts need approval?");
    // The stream of the answer begins once the question is on its way to the core.
    const streaming = view.page.waitForResponse((response) => response.url().endsWith("/api/ask"));
    await view.page.keyboard.press("Enter");
    await streaming;
    // What is announced may be gone again before anybody could look for it.
    await announcements(view.page);
    process.kill(core, "SIGKILL");
    await view.page.locator(".answer").waitFor();
    expect(await view.page.evaluate("announced")).toContain("The search was restarted; your question is asked again …");
    expect(await view.page.locator(".answer").innerText()).toContain("Receipts over 50 EUR");
  });

  it("says so when Hearth is gone", async () => {
    using own = scratch(DOCUMENTS);
    await using running = await startedPage(own.folder);
    await using view = await openWatched(browser, running.url);
    running.child.kill("SIGINT");
    await running.ended;
    await view.page.locator("#question").fill("Anybody there?");
    await view.page.keyboard.press("Enter");
    // The status corner says the same, in a box that is closed.
    await view.page.locator(".exchange").getByText("Hearth does not answer. Is it still running?").waitFor();
    expect(await view.page.getByRole("button", { name: "Ask again" }).isVisible()).toBe(true);
  });
});

describe.skipIf(chromium === undefined)(
  "the page over a brain that says what the test gives it",
  { timeout: 30_000 },
  () => {
    let own: Browser;
    beforeAll(async () => {
      own = await openBrowser(chromium ?? "");
    }, 30_000);
    afterAll(() => own?.close());

    it("stops a question in hand with Esc, in the server too", async () => {
      const stopped = Promise.withResolvers<void>();
      await using server = await openPage({
        answer: (_question, { signal, onProgress }) =>
          new Promise((_resolve, reject) => {
            onProgress?.({ kind: "searching" });
            signal.addEventListener("abort", () => {
              stopped.resolve();
              reject(new Error("stopped"));
            });
          }),
      });
      await using view = await openWatched(own, server.url);
      await view.page.locator("#question").fill("Slow?");
      await view.page.keyboard.press("Enter");
      await view.page.getByRole("button", { name: "Stop" }).waitFor();
      await view.page.keyboard.press("Escape");
      await stopped.promise;
      await view.page.getByText("Stopped.").first().waitFor();
      expect(await view.page.getByRole("button", { name: "Ask", exact: true }).isVisible()).toBe(true);
      await isQuiet(view);
    });

    it("sends the last turns along, and refuses a question that is too long", async () => {
      const turns: number[] = [];
      await using server = await openPage({
        answer: async (question) => {
          turns.push(question.turns.length);
          return quoted();
        },
      });
      await using view = await openWatched(own, server.url);
      for (let asked = 0; asked < 7; asked += 1) await ask(view.page, `Question ${asked}?`);
      expect(turns).toEqual([0, 2, 4, 6, 8, 10, 10]);
      await view.page.locator("#question").fill("a".repeat(4_001));
      expect(await view.page.getByRole("alert").innerText()).toContain("4001 characters, more than 4000");
      await view.page.keyboard.press("Enter");
      expect(turns).toHaveLength(7);
    });

    it("asks an example that the server offers", async () => {
      await using server = await openPage({}, { examples: ["How many days of leave are there?"] });
      await using view = await openWatched(own, server.url);
      await view.page.getByRole("button", { name: "How many days of leave are there?" }).click();
      await view.page.locator(".answer").waitFor();
      expect(await view.page.locator(".asked").innerText()).toBe("How many days of leave are there?");
    });

    it("reads Markdown, and marks exactly the quoted characters in all of it", async () => {
      const shown: readonly (readonly [text: string, quote: string, marked: string])[] = [
        ["One **bold** and `code` here. Two.", "One **bold** and `code` here.", "One bold and code here."],
        [
          "See [the *guide*](https://a.example/(x)). More.",
          "See [the *guide*](https://a.example/(x)).",
          "See the guide.",
        ],
        ["A first\nline **that\nbreaks** off. Next.", "line **that\nbreaks** off.", "line that breaks off."],
        ["Lead:\n\n- one\n- two `x|y`\n  more\n- three", "- two `x|y`\n  more", "two x|y more"],
        ["4. a\n1. b\n   - deep\n\n   still b\n3. c", "still b", "still b"],
        [
          "| Name | Days |\n| --- | ---: |\n| Ada \\| Bo | **28** |\n| Cy | 3 |",
          "| Ada \\| Bo | **28** |",
          "Ada | Bo28",
        ],
        ["```sh\nrun --all\n  # twice\n```\n\nAfter.", "```sh\nrun --all\n  # twice\n```", "run --all\n  # twice"],
        ["> Quoted _words_ stay.\n> More.", "Quoted _words_ stay.", "Quoted words stay."],
        ["A snake_case_name and 2 * 3 * 4 stay.", "snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"],
        ["<b>Not HTML</b> & \\*stars\\*.", "<b>Not HTML</b> & \\*stars\\*.", "<b>Not HTML</b> & *stars*."],
        ["Unclosed **bold and [link](x and `code.", "**bold and [link](x and `code.", "**bold and [link](x and `code."],
        ["emoji \u{1F525} and 火 stay.", "\u{1F525} and 火", "\u{1F525} and 火"],
      ];
      let at = 0;
      await using server = await openPage({
        answer: async () => quoted(passage({ text: shown[at]?.[0] ?? "" }), shown[at]?.[1]),
      });
      await using view = await openWatched(own, server.url);
      for (const [, , marked] of shown) {
        await ask(view.page, "Show it");
        const marks = await view.page.locator(".answer").last().locator("mark").allTextContents();
        expect(
          marks
            .join("")
            .replaceAll(/(?<=\w)\n(?=\w)/g, " ")
            .replaceAll(/\n\s*$/g, ""),
        ).toBe(marked);
        at += 1;
      }
      await isQuiet(view);
    });

    it("shows hostile text in every place as text: title, headings, path, link, passage, quote, files not read", async () => {
      const hostile = passage({
        title: "<img src=x onerror=alert(1)>",
        headings: ["<script>alert(2)</script>"],
        path: "<iframe src=javascript:alert(3)>.md",
        url: "javascript:alert(4)",
        text: "<b onclick=alert(5)>Bold</b> <img src=//evil.example/x onerror=alert(6)> [here](javascript:alert(7)) <https://a.example>.",
      });
      await using server = await openPage({
        answer: async () => quoted(hostile, hostile.text),
        lookup: async () => [{ passage: hostile, score: 1 }],
        document: async () => [hostile],
        status: async () => ({ ...readyStatus, failed: [{ path: "<svg onload=alert(8)>", reason: "<u>why</u>" }] }),
      });
      await using view = await openWatched(own, server.url);
      const { page } = view;
      await ask(page, "<u>Hostile?</u>");
      const shown = await page.locator(".exchange").innerText();
      for (const text of [
        hostile.title,
        ...hostile.headings,
        hostile.path,
        "<b onclick=alert(5)>",
        "<u>Hostile?</u>",
      ]) {
        expect(shown).toContain(text);
      }
      await page.locator(".source .place-button").click();
      await page.locator(".sought").waitFor();
      expect(await page.getByRole("dialog").innerText()).toContain("<img src=//evil.example/x onerror=alert(6)>");
      await page.keyboard.press("Escape");
      // Closing gives the focus back to where one came from.
      await expect.poll(() => page.evaluate("document.activeElement.className")).toBe("place-button");
      await page.locator("#search").fill("bold");
      await page.getByRole("option").waitFor();
      expect(await page.getByRole("option").innerText()).toContain("<script>alert(2)</script>");
      await page.locator("#status summary").click();
      await page.getByText("<svg onload=alert(8)>").waitFor();
      const made = page.locator("main, dialog, .search, .status").locator("img, script, iframe, svg, b, u, [onclick]");
      expect(await made.count()).toBe(0);
      const links = await page.locator("main a, dialog a").evaluateAll((all) => all.map((link) => String(link)));
      expect(new Set(links)).toEqual(new Set(["https://a.example/"]));
      await isQuiet(view);
    });

    it("folds a long passage around its marks, and unfolds it", async () => {
      const paragraphs = Array.from({ length: 12 }, (_, index) =>
        `Paragraph ${index} says something at length. `.repeat(3),
      );
      const long: Passage = passage({ text: paragraphs.join("\n\n") });
      await using server = await openPage({
        answer: async () => quoted(long, "Paragraph 6 says something at length."),
      });
      await using view = await openWatched(own, server.url);
      await ask(view.page, "Long?");
      const source = view.page.locator(".source");
      expect(await source.locator("mark").isVisible()).toBe(true);
      expect(await source.innerText()).not.toContain("Paragraph 2 ");
      await source.getByRole("button", { name: "Show the whole passage" }).click();
      expect(await source.innerText()).toContain("Paragraph 2 ");
    });
  },
);

describe.skipIf(chromium === undefined)("the page while a model writes", { timeout: 30_000 }, () => {
  let own: Browser;
  beforeAll(async () => {
    own = await openBrowser(chromium ?? "");
  }, 30_000);
  afterAll(() => own?.close());

  it("shows the quotes at once, then what is written, then the written answer with its marks, and says why", async () => {
    const writer = writingBrain();
    await using server = await openPage(writer.brain);
    await using view = await openWatched(own, server.url);
    const { page } = view;
    await announcements(page);
    await put(page, "How much leave?");
    await page.locator(".exchange").getByText("2 questions before yours, about 40 s").waitFor();
    expect(await page.locator(".quote").allInnerTexts()).toEqual([
      "Everybody gets 28 days of annual leave. 1",
      "Tell your lead before ten. 2",
    ]);
    expect(await page.locator(".source mark").count()).toBe(2);
    writer.step(1);
    await page.getByText("The model is still loading;").first().waitFor();
    writer.step(1);
    await page.getByText("SmolLM2-135M is writing …").waitFor();
    expect(await page.locator(".written").innerText()).toBe("You get 28 days a year 1.");
    await page.locator(".written .source-number").focus();
    writer.step(1);
    await page.locator(".written").getByText("Ask your lead first").waitFor();
    expect(await page.evaluate("document.activeElement.className")).toBe("source-number");
    await writer.end();
    await page.locator(".why").waitFor();
    expect(await page.locator(".written").innerText()).toBe("You get 28 days a year 1. Ask your lead first 1.");
    expect(await page.locator(".quote").allInnerTexts()).toEqual(["Tell your lead before ten. 2"]);
    // What the text repeats is still marked where it stands, and who stood in the text stands in the answer.
    expect(await page.locator(".source mark").count()).toBe(2);
    expect(await page.evaluate("document.activeElement.className")).toBe("answer");
    await page.locator(".written .source-number").first().press("Enter");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Leave › Annual leave");
    expect(await page.evaluate("announced")).toEqual([
      "Looking through the documents …",
      "Quoted: Everybody gets 28 days of annual leave. Tell your lead before ten. An answer is being written.",
      "2 questions before yours, about 40 s",
      "The model is still loading; the quoted sentences stand until it has written.",
      "Answer: You get 28 days a year. Ask your lead first. ",
    ]);
    await page.locator(".why summary").click();
    const why = await page.locator(".why").innerText();
    for (const words of [
      "0123456789ab",
      "fedcba987654",
      "800 of them reused",
      "1 dropped",
      "3 passages",
      "waiting 1.2 s",
    ]) {
      expect(why).toContain(words);
    }
    expect(await page.locator(".why code").first().getAttribute("title")).toBe(smol.hash);
    expect(await page.locator(".considered li").count()).toBe(2);
    await isQuiet(view);
  });

  it("keeps the quotes and what was written when it is stopped or left, and sends it along as what was said", async () => {
    const writer = writingBrain(5);
    await using server = await openPage(writer.brain);
    await using view = await openWatched(own, server.url);
    const { page } = view;
    await put(page, "How much leave?");
    await page.getByText("is writing …").waitFor();
    await page.keyboard.press("Escape");
    const first = page.locator(".exchange").first();
    await first.getByText("Stopped.").waitFor();
    expect(await first.locator(".quote").count()).toBe(2);
    expect(await first.locator(".written").innerText()).toBe("You get 28 days a year 1.");
    await put(page, "And then?");
    await page.getByText("is writing …").waitFor();
    expect(writer.asked.map(({ turns }) => turns.map(({ text }) => text))).toEqual([
      [],
      ["How much leave?", "You get 28 days a year [1]."],
    ]);
    await page.reload();
    const second = page.locator(".exchange").nth(1);
    await second.getByText("The page was left before the answer was written.").waitFor();
    expect(await second.locator(".written").innerText()).toBe("You get 28 days a year 1.");
    expect(await first.locator(".quote").count()).toBe(2);
    await isQuiet(view);
  });

  it("leaves the quotes where nothing was written, and says why", async () => {
    const why = "No sentence that it wrote is carried by the passages";
    await using server = await openPage({
      answer: async (_question, { onProgress }) => {
        for (const step of writingSteps.slice(0, 2)) onProgress?.(step);
        return { ...quoted(), answer: twoQuoted, writing: { kind: "not written", why } };
      },
    });
    await using view = await openWatched(own, server.url);
    const { page } = view;
    await put(page, "How much leave?");
    await page.locator(".why summary").click();
    expect(await page.locator(".why").innerText()).toContain(why);
    expect(await page.locator(".quote").count()).toBe(2);
    expect(await page.locator("#announcement").innerText()).toBe(`The quoted sentences are the answer. ${why}.`);
  });

  it("makes nothing of a model's text but text and marks, and labels a puppet before its first word", async () => {
    const text =
      "**Bold** [1][2] [7] `a[1]` <img src=x onerror=alert(1)> [site](https://evil.example/a) [1](javascript:alert(2)) " +
      "https://evil.example/b <https://evil.example/c> ![pixel](https://evil.example/p.png)\n\n- one [2].\n";
    const writer = writingBrain(0, { model: puppet });
    await using server = await openPage({
      ...writer.brain,
      answer: async ({ message }, { onProgress }) => {
        if (message.text === "Hello!")
          return { ...written(), answer: { kind: "plain", text: "Hello [1]." }, writing: writtenBy(puppet) };
        onProgress?.({ kind: "quoted", answer: twoQuoted });
        onProgress?.(writingStep(text, puppet));
        await writer.ended;
        return written({ text, model: puppet });
      },
    });
    await using view = await openWatched(own, server.url);
    const { page } = view;
    await put(page, "Hostile?");
    const inert = async () => {
      const shown = page.locator(".written");
      expect(await shown.locator("a, img, [onerror], [href]").count()).toBe(0);
      expect(await shown.locator("button").allInnerTexts()).toEqual(["1", "2", "2"]);
      expect(await shown.innerText()).toContain(
        "[7] a[1] <img src=x onerror=alert(1)> site (https://evil.example/a) 1 (",
      );
      expect(await page.locator(".puppet").innerText()).toBe("rehearsal (a puppet: it plays given words)");
    };
    await page.locator(".written li").waitFor();
    await inert();
    await writer.end();
    await page.locator(".why").waitFor();
    await inert();
    await put(page, "Hello!");
    const small = page.locator(".answer").nth(1);
    await small.waitFor();
    expect(await small.locator(".written").innerText()).toBe("Hello [1].");
    expect(await small.locator(".puppet").isVisible()).toBe(true);
    expect(await small.locator(".source, .quote").count()).toBe(0);
    await isQuiet(view);
  });

  it("fits a narrow screen in light and in dark, and tells of the model in its corner", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const writer = writingBrain(6, { model: puppet });
      await using server = await openPage(writer.brain);
      await using view = await openWatched(own, server.url, { viewport: { width: 320, height: 640 }, colorScheme });
      const { page } = view;
      await put(page, "How much leave?");
      await page.getByText("is writing …").waitFor();
      expect(await contrasts(page)).toEqual([]);
      await writer.end();
      await page.locator(".why summary").click();
      await page.locator("#status summary").click();
      const panel = page.locator("#status-panel");
      await expect.poll(() => panel.innerText()).toContain("Writing is forced.");
      expect(await panel.innerText()).toMatch(
        /rehearsal \(a puppet: .*\)\s+ready; it writes answers; 3 questions waiting/,
      );
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
      expect(await contrasts(page)).toEqual([]);
      await isQuiet(view);
    }
  });
});

/** A brain that tells the first `told` steps of writing at once, more when it is bid to, and answers when that is ended. */
function writingBrain(told = 3, { model = smol } = {}) {
  const asked: Question[] = [];
  const ended = Promise.withResolvers<void>();
  let tell: ((progress: Progress) => void) | undefined;
  let at = told;
  const status: BrainStatus = {
    ...readyStatus,
    model: { kind: "ready", model, writes: true, why: "Writing is forced.", waiting: 3 },
  };
  const brain: Partial<Brain> = {
    status: async () => status,
    answer: async (question, { signal, onProgress }) => {
      asked.push(question);
      tell = onProgress;
      for (const step of writingSteps.slice(0, told)) onProgress?.(step);
      const stopped = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => stopped.reject(new Error("stopped")));
      await Promise.race([ended.promise, stopped.promise]);
      return written({ model });
    },
  };
  return {
    brain,
    asked,
    ended: ended.promise,
    step(count: number) {
      for (const step of writingSteps.slice(at, at + count)) tell?.(step);
      at += count;
    },
    async end() {
      ended.resolve();
      await ended.promise;
    },
  };
}

/** Everything that is announced from now on is kept, in its order, in the page's `announced`. */
async function announcements(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.announced = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) announced.push(node.textContent);
    }).observe(document.getElementById("announcement"), { childList: true });
  `);
}
