import { existsSync } from "node:fs";
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
