import { Client, Events, GatewayIntentBits, Partials, type ClientOptions } from "discord.js";
import {
  openDiscordEmulator,
  type DiscordEmulator,
  type EmulatorOptions,
} from "../../../emulators/discord/emulator.ts";
import { openApiCheck } from "./openapi.ts";

/** The intents of a bot that reads what is written. */
export const INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
  GatewayIntentBits.GuildMembers,
];

/** Opens an emulator whose requests are all checked against Discord's own description too. */
export function openEmulator(options: EmulatorOptions = {}): Promise<DiscordEmulator> {
  const check = openApiCheck();
  return openDiscordEmulator({
    rates: "wide",
    identifySpacingMs: 0,
    ...(check === undefined ? {} : { check }),
    ...options,
  });
}

/** The real client, logged in and ready; disposing of it ends its connection. */
export async function openClient(
  emulator: DiscordEmulator,
  options: Partial<ClientOptions> = {},
): Promise<AsyncDisposable & { readonly client: Client<true> }> {
  const client = createClient(emulator, options);
  const ready = Promise.withResolvers<Client<true>>();
  client.once(Events.ClientReady, ready.resolve);
  await client.login(emulator.token);
  return { client: await ready.promise, [Symbol.asyncDispose]: () => client.destroy() };
}

/** The real client, not yet logged in. */
export function createClient(emulator: DiscordEmulator, options: Partial<ClientOptions> = {}): Client {
  return new Client({
    intents: INTENTS,
    partials: [Partials.Channel, Partials.Message],
    rest: { api: emulator.api, cdn: emulator.cdn, version: "10" },
    ...options,
  });
}

/** The next time that an event comes whose first value fits. */
export function next<T>(client: Client, event: string, fits: (value: T) => boolean = () => true): Promise<T> {
  const found = Promise.withResolvers<T>();
  const listener = (value: T): void => {
    if (!fits(value)) return;
    client.off(event, listener);
    found.resolve(value);
  };
  client.on(event, listener);
  return found.promise;
}
