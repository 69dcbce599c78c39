import { describe, expect, it } from "vitest";
import { openPage, askBody, sendRaw } from "./web-page.ts";

describe("names the page answers under", () => {
  for (const name of [
    "127.0.0.1",
    "localhost",
    "LOCALHOST:4780",
    "[::1]:9",
    "localhost.",
    "hearth.acme.example:8443",
  ]) {
    it(`answers under ${name}`, async () => {
      await using page = await openPage({}, { allowedHosts: ["Hearth.acme.example"] });
      const { status } = await sendRaw(page.url, { headers: { host: name } });
      expect(status).toBe(200);
    });
  }

  for (const name of ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "10.0.0.1", "[::2]", "a b"]) {
    it(`shows nothing under ${name}, neither the page nor the documents`, async () => {
      await using page = await openPage();
      for (const path of ["/", "/main.js", "/api/lookup?words=leave", "/api/status"]) {
        const { status, text } = await sendRaw(page.url, { path, headers: { host: name } });
        expect([400, 403]).toContain(status);
        expect(text).not.toMatch(/leave|documents|<html/i);
      }
    });
  }

  it("names the key that lets another name in", async () => {
    await using page = await openPage();
    const { status, text, headers } = await sendRaw(page.url, { headers: { host: "wiki.acme.example" } });
    expect(status).toBe(403);
    expect(text).toBe(
      'The name "wiki.acme.example" is not known here; to reach Hearth under it, add it to web.allowedHosts in the configuration.\n',
    );
    expect(headers["content-type"]).toContain("text/plain");
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
  });

  it("answers under the address that it listens on", async () => {
    await using page = await openPage({}, { host: "127.0.0.2" });
    expect((await sendRaw(page.url)).status).toBe(200);
  });
});

describe("pages of other sites", () => {
  const post = (headers: Record<string, string>) => ({
    path: "/api/ask",
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: askBody("How many days?"),
  });

  for (const origin of [
    "https://evil.example",
    "null",
    "http://localhost:1",
    "http://127.0.0.1.evil.example",
    "file://",
  ]) {
    it(`may not ask from ${origin}`, async () => {
      await using page = await openPage();
      const answers = [
        await sendRaw(page.url, post({ origin })),
        await sendRaw(page.url, { path: "/api/status", headers: { origin } }),
      ];
      for (const { status, text, headers } of answers) {
        expect(status).toBe(403);
        expect(text).toContain("came from another site");
        expect(headers["access-control-allow-origin"]).toBeUndefined();
      }
    });
  }

  for (const site of ["cross-site", "same-site"]) {
    it(`may not ask when the browser calls the request ${site}`, async () => {
      await using page = await openPage();
      const headers = { "sec-fetch-site": site };
      expect((await sendRaw(page.url, { path: "/api/lookup?words=leave", headers })).status).toBe(403);
      expect((await sendRaw(page.url, post(headers))).status).toBe(403);
    });
  }

  it("may link to the page itself", async () => {
    await using page = await openPage();
    expect((await sendRaw(page.url, { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(200);
  });

  it("is not what the page itself is, nor one whose name the owner wrote down", async () => {
    await using page = await openPage({}, { allowedHosts: ["hearth.acme.example"] });
    expect((await sendRaw(page.url, post({ origin: page.url, "sec-fetch-site": "same-origin" }))).status).toBe(200);
    // A proxy may speak to Hearth under the machine's own name.
    expect((await sendRaw(page.url, post({ origin: "https://hearth.acme.example" }))).status).toBe(200);
  });

  it("cannot send a form: only JSON is read", async () => {
    await using page = await openPage();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]) {
      const { status } = await sendRaw(page.url, post({ "content-type": type }));
      expect(status).toBe(415);
    }
  });

  for (const method of ["OPTIONS", "PUT", "DELETE", "PATCH"]) {
    it(`may not use ${method}`, async () => {
      await using page = await openPage();
      const { status, headers } = await sendRaw(page.url, { path: "/api/ask", method });
      expect(status).toBe(405);
      expect(headers.allow).toBe("GET, HEAD, POST");
    });
  }
});

describe("headers", () => {
  it("allow the page its own files and nothing else, on every kind of answer", async () => {
    await using page = await openPage();
    for (const path of ["/", "/main.js", "/api/status", "/nowhere", "/api/document?id=x"]) {
      const { headers } = await sendRaw(page.url, { path });
      const policy = headers["content-security-policy"];
      expect(policy).toContain("default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src");
      for (const unused of ["child", "font", "frame", "manifest", "media", "object", "worker"])
        expect(policy).toContain(`; ${unused}-src 'none';`);
      expect(policy).toContain("base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["permissions-policy"]).toContain("camera=()");
      expect(headers["set-cookie"]).toBeUndefined();
    }
  });

  it("keep what is asked and found out of every cache", async () => {
    await using page = await openPage();
    for (const path of ["/api/status", "/api/lookup?words=leave", "/api/examples", "/api/lookup"]) {
      expect((await sendRaw(page.url, { path })).headers["cache-control"]).toBe("no-store");
    }
  });
});
