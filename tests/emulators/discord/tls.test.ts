import { request } from "node:https";
import { connect } from "node:tls";
import { WebSocket } from "ws";
import { describe, expect, it } from "vitest";
import { openEmulator } from "./bot.ts";

/** A connection to where the emulator serves TLS, under one of Discord's names. */
function reach(tls: { readonly port: number; readonly ca: string }, servername: string) {
  return () => connect({ host: "127.0.0.1", port: tls.port, ca: tls.ca, servername });
}

describe("TLS", () => {
  it("serves REST, gateway and CDN under Discord's own names with an authority of its own", async () => {
    await using emulator = await openEmulator({ tls: true });
    const { tls } = emulator;
    if (tls === undefined) throw new Error("No TLS is served");
    const asked = Promise.withResolvers<string>();
    request(
      {
        host: "discord.com",
        path: "/api/v10/gateway/bot",
        headers: { authorization: `Bot ${emulator.token}`, "user-agent": "test" },
        createConnection: reach(tls, "discord.com"),
      },
      (answer) => answer.on("data", (data: Buffer) => asked.resolve(data.toString("utf8"))),
    )
      .once("error", asked.reject)
      .end();
    expect(await asked.promise).toContain('"url":"wss://gateway.discord.gg"');
    const greeted = Promise.withResolvers<string>();
    const socket = new WebSocket("wss://gateway.discord.gg/?v=10&encoding=json", {
      createConnection: reach(tls, "gateway.discord.gg"),
    });
    socket.once("message", (data: Buffer) => greeted.resolve(data.toString("utf8"))).once("error", greeted.reject);
    expect(await greeted.promise).toContain('"op":10');
    socket.terminate();
  });

  it("is trusted by nobody who has not been given that authority", async () => {
    await using emulator = await openEmulator({ tls: true });
    const refused = Promise.withResolvers<Error>();
    connect({ host: "127.0.0.1", port: emulator.tls?.port, servername: "discord.com" }).once("error", refused.resolve);
    expect(await refused.promise).toMatchObject({ code: expect.stringMatching(/CERT|SIGNATURE|ISSUER/) });
  });
});
