import { existsSync } from "node:fs";
import { expect } from "vitest";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const PLACES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].flatMap((name) =>
  ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome"].map((folder) => `${folder}/${name}`),
);
const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium's file on this machine, if it is there; says loudly what is left out where it is not. */
export function findChromium(leftOut: string): string | undefined {
  const found = [...PLACES, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find((path) =>
    existsSync(path),
  );
  if (!found) console.warn(`SKIPPED: ${leftOut}: no Chromium was found (apt install chromium)`);
  return found;
}

/** Starts Chromium; it asks the network for nothing by itself. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: QUIET });
}

/** A page in a fresh profile, with everything that a quiet page never does. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Hosts that anything was requested from. */
  readonly hosts: ReadonlySet<string>;
  /** Errors, warnings of the console, violations of the content security policy, and dialogs. */
  readonly complaints: readonly string[];
}

/** Opens the address in a fresh profile and watches what the page does. */
export async function openWatched(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  // Violations of the content security policy come as errors of the console.
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  return { page, hosts, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Types a question and asks it. */
export async function put(page: Page, question: string): Promise<void> {
  await page.locator("#question").fill(question);
  await page.keyboard.press("Enter");
}

/** Asks, and waits until an answer has come that was not there before. */
export async function ask(page: Page, question: string): Promise<void> {
  const before = await page.locator(".answer").count();
  await put(page, question);
  await page.locator(".answer").nth(before).waitFor({ timeout: 10_000 });
}

/** Nothing was asked of another host, and neither the browser nor the page complained. */
export async function isQuiet({ page, hosts, complaints }: WatchedPage): Promise<void> {
  expect([...hosts]).toEqual([new URL(page.url()).host]);
  expect(complaints).toEqual([]);
}

/** Texts whose contrast to what is behind them is below 4.5, as the browser paints them. */
export function contrasts(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const numbers = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (color) => {
      const [red, green, blue] = numbers(color).map((part) => part / 255).map((part) => part <= 0.04 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (node) => {
      const color = getComputedStyle(node).backgroundColor;
      return node.parentElement && numbers(color)[3] === 0 ? behind(node.parentElement) : color;
    };
    return [...document.querySelectorAll("p, li, dd, dt, button, mark, summary, h2, h3, label, code")].filter((node) => {
      if (node.checkVisibility() === false || node.textContent.trim() === "") return false;
      const [one, other] = [light(getComputedStyle(node).color), light(behind(node))].toSorted((a, b) => b - a);
      return (one + 0.05) / (other + 0.05) < 4.5;
    }).map((node) => node.className + " " + node.textContent.slice(0, 40));
  })()`);
}
