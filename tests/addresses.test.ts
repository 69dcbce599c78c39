import { describe, expect, it } from "vitest";
import { isWithin, readAddress, reachOfIp, relaySocket, whyNotUsable } from "../src/addresses.ts";

const usable = (server: Parameters<typeof whyNotUsable>[0]) =>
  whyNotUsable(server, { sent: "the text of your documents", secrets: "name its variable" });

describe("a server's address", () => {
  const reaches = {
    "this machine": [
      "http://127.0.0.1:8080",
      "http://127.1/",
      "http://0x7f000001",
      "http://[::1]:8080",
      "http://localhost:1234/v1",
      "http://LOCALHOST.",
      "http://[::ffff:127.0.0.1]",
      "unix:/run/llama.sock",
    ],
    "private network": [
      "http://10.1.2.3",
      "http://172.16.0.1",
      "http://172.31.255.255",
      "https://192.168.1.7",
      "http://169.254.3.4",
      "http://[fd00::1]",
      "http://[fe80::1]",
      "http://[::ffff:10.0.0.1]",
      "http://gpu-box:8000",
      "http://gpu-box.lan",
      "http://gpu.local",
      "http://models.eu.internal",
      "http://box.home.arpa",
    ],
    public: [
      "https://api.example.com",
      "https://8.8.8.8",
      "https://172.32.0.1",
      "https://11.0.0.1",
      "https://100.64.0.1",
      "https://[2606:4700::1111]",
      "https://[::ffff:8.8.8.8]",
      "https://internal.example.com",
      "https://10.0.0.1.example.com",
      "https://0.0.0.0",
    ],
  } as const;
  for (const [reach, urls] of Object.entries(reaches)) {
    for (const url of urls) it(`leads to ${reach}: ${url}`, () => expect(readAddress(url).reach).toBe(reach));
  }

  it("says host, port and where the protocol begins", () => {
    expect(readAddress("http://[::1]:8080")).toMatchObject({
      base: "http://[::1]:8080/v1",
      target: { kind: "tcp", host: "::1", port: 8080, tls: false },
    });
    expect(readAddress("https://gpu-box/models/v1/")).toMatchObject({
      shown: "https://gpu-box/models/v1",
      base: "http://gpu-box/models/v1",
      target: { kind: "tcp", host: "gpu-box", port: 443, tls: true },
    });
    expect(readAddress("unix:/run/llama.sock").target).toEqual({ kind: "socket", path: "/run/llama.sock" });
  });

  it("has a socket of the relay's for each host, port and kind of connection", () => {
    const urls = ["http://a", "http://a:81", "https://a:80", "http://b", "http://a/models"];
    const sockets = urls.map((url) => relaySocket("/run/x", readAddress(url)));
    expect(new Set(sockets).size).toBe(4);
    expect(sockets[0]).toBe(sockets[4]);
    expect(sockets[0]).toMatch(/^\/run\/x\/relay-[0-9a-f]{16}\.sock$/);
  });

  it("is usable on this machine and in the private network, and a public one with a yes and encryption", () => {
    expect(usable({ url: "http://127.0.0.1:8080", public: false })).toBeUndefined();
    expect(usable({ url: "http://10.0.0.5:8080", public: false })).toBeUndefined();
    expect(usable({ url: "https://api.example.com/v1", public: false })).toMatch(
      /to which the text of your documents would be sent; write public: true beside it/,
    );
    expect(usable({ url: "https://api.example.com/v1", public: true })).toBeUndefined();
    expect(usable({ url: "http://api.example.com/v1", public: true })).toContain("write https://");
  });

  it("is not usable with a password, a query, or when it is none", () => {
    expect(usable({ url: "http://me:secret@10.0.0.5", public: false })).toBe("holds a password; name its variable");
    expect(usable({ url: "http://10.0.0.5/?key=1", public: false })).toContain("may not hold ?");
    expect(usable({ url: "http://[", public: false })).toBe("is no address; correct it");
  });

  it("leads nowhere further than it says", () => {
    expect(isWithin(reachOfIp("192.168.0.9"), "private network")).toBe(true);
    expect(isWithin(reachOfIp("127.0.0.1"), "private network")).toBe(true);
    expect(isWithin(reachOfIp("192.168.0.9"), "this machine")).toBe(false);
    expect(isWithin(reachOfIp("1.1.1.1"), "private network")).toBe(false);
    expect(isWithin(reachOfIp("1.1.1.1"), "public")).toBe(true);
  });
});
