import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/user-error.ts";
import { askBody, openPage, sendAsk, sendRaw } from "./web-page.ts";

/** A brain's answer that only ends when the question is stopped. */
function endless() {
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  return {
    asked: asked.promise,
    stopped: stopped.promise,
    answer: (_question: unknown, { signal }: { readonly signal: AbortSignal }) => {
      asked.resolve();
      return new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          stopped.resolve();
          reject(new Error("stopped"));
        });
      });
    },
  };
}

describe("where the page listens", () => {
  it("says the real port where any was asked for", async () => {
    await using page = await openPage();
    expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  });

  it("shows an IPv6 address in brackets", async () => {
    await using page = await openPage({}, { host: "::1" });
    expect(page.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await sendRaw(page.url)).status).toBe(200);
  });

  it("names a port in use, and the cure", async () => {
    await using page = await openPage();
    const port = Number(new URL(page.url).port);
    const opened = openPage({}, { port });
    await expect(opened).rejects.toThrow(
      `Port ${port} is already in use on 127.0.0.1; stop what uses it or choose another with --port`,
    );
    await expect(opened).rejects.toBeInstanceOf(UserError);
  });

  it("names an address that is not this machine's", async () => {
    for (const host of ["203.0.113.7", "no-such-name.invalid"]) {
      const opened = openPage({}, { host });
      await expect(opened).rejects.toThrow(
        `The address ${host} is not one of this machine's; name one that is with --host`,
      );
      await expect(opened).rejects.toBeInstanceOf(UserError);
    }
  });
});

describe("the end", () => {
  it("stops questions in hand, ends every connection, and frees the port at once", async () => {
    const slow = endless();
    const page = await openPage(slow);
    const asking = sendAsk(page.url, askBody("Slow?")).then((response) => response.text());
    asking.catch(() => {});
    await slow.asked;
    const before = performance.now();
    await page[Symbol.asyncDispose]();
    expect(performance.now() - before).toBeLessThan(500);
    await slow.stopped;
    await asking.catch(() => {});
    const server = createServer().listen(Number(new URL(page.url).port), "127.0.0.1");
    await once(server, "listening");
    server.close();
  });

  it("of a reader's interest is the end of the question", async () => {
    const slow = endless();
    await using page = await openPage(slow);
    const leaving = new AbortController();
    const asking = sendAsk(page.url, askBody("Slow?"), leaving.signal);
    await slow.asked;
    leaving.abort();
    await expect(asking.then((response) => response.text())).rejects.toThrow();
    await slow.stopped;
  });
});

describe("files of the page", () => {
  it("are the page, its styles, scripts and icon, each with its type", async () => {
    await using page = await openPage();
    const types = {
      "/": "text/html",
      "/base.css": "text/css",
      "/main.js": "text/javascript",
      "/favicon.svg": "image/svg",
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers, text } = await sendRaw(page.url, { path });
      expect(status).toBe(200);
      expect(headers["content-type"]).toContain(type);
      expect(text.length).toBeGreaterThan(100);
    }
    const head = await sendRaw(page.url, { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, text: "" });
  });

  it("refer to nothing that is not there, and hold no inline script or style", async () => {
    await using page = await openPage();
    const { text } = await sendRaw(page.url);
    const references = [...text.matchAll(/(?:href|src)="([^"#]+)"/g)].map(([, path]) => path ?? "");
    expect(references).toContain("main.js");
    for (const path of references) expect((await sendRaw(page.url, { path: `/${path}` })).status).toBe(200);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?:\/\//);
  });

  it("are all that can be had: no path leads out of their folder", async () => {
    await using page = await openPage();
    const paths = ["/../web.ts", "/..%2fweb.ts", "/%2e%2e/web.ts", "/..\\web.ts", "//etc/passwd", "/page/../../web.ts"];
    for (const path of [...paths, "/web.ts", "/main.js/", "/main.js%00.html", "/.git/config"]) {
      const { status, text } = await sendRaw(page.url, { path });
      expect([400, 404]).toContain(status);
      expect(text).not.toMatch(/import|root:/);
    }
  });
});
