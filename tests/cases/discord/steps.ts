import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Breaking, Steps } from "../acme.ts";
import { NotRun, started } from "../stage.ts";
import type { DiscordWorld } from "./world.ts";

const text = z.string();

/** What only people of Discord do. */
export function discordSteps({ emulator, guilds, roles, person, place }: DiscordWorld): Steps {
  const { world } = emulator;
  return {
    async bulk_delete(given, { named }) {
      const from = place(z.object({ channel: text }).parse(given).channel);
      const messages = [...named.values()].filter((one) => one.in === from).map(({ id }) => id);
      emulator.removeMany({ messages, in: from });
      // Discord's own limit is a hundred a request; events of a moderation bot hold as many as it likes.
      await delay(500);
    },
    async member(given, stage) {
      const { user, nick } = z.object({ guild: text, user: text, nick: text }).parse(given);
      await started(stage);
      // A nickname is set by leaving and coming again: the emulator knows no other way.
      world.kick({ guild: guilds.GA, user: person(user) });
      world.member({ guild: guilds.GA, user: person(user), nick });
    },
    async role(given, stage) {
      const { user, remove, add } = z
        .object({ user: text, remove: text.optional(), add: text.optional() })
        .parse(given);
      await started(stage);
      const who = { guild: guilds.GA, user: person(user) };
      if (remove !== undefined) world.removeRole({ ...who, role: roles[remove] ?? remove });
      if (add !== undefined) world.addRole({ ...who, role: roles[add] ?? add });
    },
  };
}

const plan = z.object({
  gateway: text.optional(),
  events: z.int().optional(),
  n: z.int().optional(),
  codes: z.array(z.int()).optional(),
});

/** What breaks the gateway's connection, as the case says it. */
export function breakingGateway({ emulator }: DiscordWorld, given: Readonly<Record<string, unknown>>): Breaking {
  const { gateway: how, events = 1, n: times = 1, codes = [1000] } = plan.parse(given);
  const { gateway } = emulator;
  switch (how) {
    case "op7_then_resume_replay":
      return {
        times: 1,
        pauseMs: 0,
        async act() {
          gateway.reconnect();
          await emulator.until(() => gateway.sessions === 0, 10_000).catch(() => {});
          await emulator.until(() => gateway.sessions > 0, 90_000);
          gateway.redeliver(events);
        },
      };
    case "disconnect_loop":
      return {
        times,
        pauseMs: 600_000 / times,
        // Whether a session outlives a code is Discord's to say; what is looked at is whether each that does is resumed.
        act: (time) => gateway.disconnect(codes[time % codes.length] ?? 1000, { keepsSession: true }),
      };
    case "op9_false":
      return { times, pauseMs: 100, act: () => gateway.invalidate(false) };
    case undefined:
    default:
      throw new NotRun(`a fault of Discord's connection of the kind ${how ?? "that it names"}`);
  }
}

/** An event of the gateway as the case says it, whatever is in it. */
export function rawGatewayEvent({ emulator, guilds, person }: DiscordWorld, raw: Readonly<Record<string, unknown>>) {
  const author = { id: person("eve"), username: "eve", discriminator: "0", global_name: "eve", avatar: null };
  const bot = { id: emulator.bot, username: "hearth", discriminator: "0000", avatar: null, bot: true };
  const event = {
    id: String((BigInt(Date.now()) - 1_420_070_400_000n) << 22n),
    channel_id: raw["channel_id"] ?? raw["channel"],
    guild_id: guilds.GA,
    author,
    content: `<@${emulator.bot}> ${String(raw["content"] ?? raw["text"])}`,
    mentions: [bot],
    timestamp: new Date().toISOString(),
    edited_timestamp: null,
    type: 0,
    flags: 0,
    tts: false,
    pinned: false,
    mention_everyone: false,
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
  };
  const packet = JSON.stringify({ op: 0, t: "MESSAGE_CREATE", s: 1, d: event });
  return { deliver: () => emulator.gateway.garble(packet) };
}
