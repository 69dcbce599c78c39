import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { REST } from "discord.js";
import { describe, expect, it } from "vitest";
import { fetchAttachment, isAttachment } from "../../../src/bots/discord/files.ts";
import { openDiscordWorld } from "./discord-world.ts";

const CDN = "https://cdn.discordapp.com";
const soon = () => AbortSignal.timeout(5_000);

describe("an attachment", () => {
  it("is fetched as it was sent, up to a size", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, discord } = world;
    emulator.say({
      by: acme.ann,
      in: acme.general,
      text: "read this",
      mentionsBot: true,
      files: [{ name: "a.md", content: "# Plan" }],
    });
    const [file] = (await world.question()).files;
    if (!file) throw new Error("no file");
    expect(Buffer.from(await discord.fetchFile(file, { most: 6, signal: soon() })).toString()).toBe("# Plan");
    await expect(discord.fetchFile(file, { most: 5, signal: soon() })).rejects.toThrow("more than 5 bytes");
    await expect(discord.fetchFile({ ...file, bytes: 1 }, { most: 5, signal: soon() })).rejects.toThrow(
      "more than 5 bytes",
    );
  });

  it.each([
    [`${CDN}/attachments/1/2/a.pdf?ex=1&is=2&hm=3`, true],
    ["http://127.0.0.1:99/attachments/1/2/a.pdf", false],
    ["http://cdn.discordapp.com/attachments/1/2/a.pdf", false],
    ["https://cdn.discordapp.com.evil.example/attachments/1/2/a.pdf", false],
    ["https://user@cdn.discordapp.com/attachments/1/2/a.pdf", false],
    ["https://cdn.discordapp.com/avatars/1/2.png", false],
    ["https://media.discordapp.net/attachments/1/2/a.pdf", false],
    ["file:///attachments/passwd", false],
    ["not an address", false],
  ])("lies at %s: %s", (source, isOne) => {
    expect(isAttachment(source, CDN)).toBe(isOne);
  });
});

/** A server that stands for the CDN. */
async function serve(
  answer: Parameters<typeof createServer>[1],
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, url: `http://127.0.0.1:${address.port}` };
}

describe("a CDN", () => {
  it("that sends elsewhere is not followed, and gets no token", async () => {
    const asked: (string | undefined)[] = [];
    const { server, url } = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(302, { location: "http://169.254.169.254/attachments/" }).end();
    });
    const file = { name: "a", bytes: 1, source: `${url}/attachments/1/2/a` };
    const rest = new REST().setToken("a.b.c");
    await expect(fetchAttachment(file, { rest, cdn: url, most: 10, signal: soon() })).rejects.toThrow("answers 302");
    expect(asked).toEqual([undefined]);
    server.close();
  });

  it("whose link is too old gives a new one, once", async () => {
    const { server, url } = await serve((request, response) => {
      if (request.url?.endsWith("?new")) response.end("fresh");
      else response.writeHead(404).end();
    });
    const source = `${url}/attachments/1/2/a`;
    const asked: unknown[] = [];
    const rest = {
      post: async (_path: string, options?: { readonly body?: unknown }) => {
        asked.push(options?.body);
        return { refreshed_urls: [{ original: source, refreshed: `${source}?new` }] };
      },
    };
    const bytes = await fetchAttachment({ name: "a", bytes: 1, source }, { rest, cdn: url, most: 10, signal: soon() });
    expect(Buffer.from(bytes).toString()).toBe("fresh");
    expect(asked).toEqual([{ attachment_urls: [source] }]);
    server.close();
  });

  it("whose new link leads elsewhere is left alone", async () => {
    const { server, url } = await serve((_, response) => response.writeHead(403).end());
    const rest = { post: async () => ({ refreshed_urls: [{ refreshed: "https://evil.example/attachments/1" }] }) };
    const file = { name: "a", bytes: 1, source: `${url}/attachments/1/2/a` };
    await expect(fetchAttachment(file, { rest, cdn: url, most: 10, signal: soon() })).rejects.toThrow(
      "not lie on Discord's CDN",
    );
    server.close();
  });
});
