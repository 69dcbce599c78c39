import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createFaults, type FaultPlan, type RunningFaults } from "./faults.ts";
import { createGateway, type GatewayFaults } from "./gateway.ts";
import { createLimits, DISCORD_RATES, WIDE_RATES, type Rates } from "./limits.ts";
import type { Pings } from "./model.ts";
import { createPeople, type People } from "./people.ts";
import { createInteractions, type Interactions } from "./people-interactions.ts";
import { pingsOfRequest } from "./request-pings.ts";
import { createRest, type RequestCheck } from "./rest.ts";
import { channelRoutes } from "./routes-channels.ts";
import { commandRoutes } from "./routes-commands.ts";
import { guildRoutes } from "./routes-guilds.ts";
import { interactionRoutes } from "./routes-interactions.ts";
import { messageRoutes } from "./routes-messages.ts";
import { createState, type StateOptions } from "./start.ts";
import type { Command } from "./state.ts";
import type { RestEntry, Transcript } from "./transcript.ts";
import { createWaiting } from "./waiting.ts";
import { createWorld, type World } from "./world.ts";

/** How the emulator is to be. All may be left out. */
export interface EmulatorOptions extends StateOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** "discord" by default; "wide" for tests that are not about limits. */
  readonly rates?: "discord" | "wide" | Rates;
  /** Another check of every request, such as one against Discord's own description of its API. */
  readonly check?: RequestCheck;
  readonly heartbeatMs?: number;
  readonly identifiesPerDay?: number;
  /** Within how many milliseconds a second IDENTIFY is refused; 5,000 by default. */
  readonly identifySpacingMs?: number;
}

/** Discord on loopback, with a world in it, people who act, and a record of what the bot did. */
export interface DiscordEmulator extends AsyncDisposable, People, Interactions {
  /** For discord.js: `rest: { api, version: "10", cdn }`. */
  readonly api: string;
  readonly cdn: string;
  readonly token: string;
  /** The bot's user id. */
  readonly bot: string;
  readonly application: string;
  readonly world: World & { revokeToken(): void };
  readonly gateway: GatewayFaults;
  readonly rest: { fail(plan: FaultPlan): RunningFaults };
  readonly transcript: Transcript;
  /** The registered commands: the global ones, or a guild's. */
  commands(guild?: string): readonly Command[];
  /** Whom a request of the transcript would notify; undefined where it writes no message. */
  pings(request: RestEntry): Pings | undefined;
  /** Waits until the predicate gives something, looking after every change; rejects after the timeout (5,000 ms by default). */
  until<T>(predicate: () => T | undefined | null | false, timeoutMs?: number): Promise<T>;
}

/** Opens the emulator on 127.0.0.1. */
export async function openDiscordEmulator(options: EmulatorOptions = {}): Promise<DiscordEmulator> {
  const waiting = createWaiting();
  const state = createState(options, waiting.changed);
  const faults = createFaults();
  const base = { url: "" };
  const gateway = createGateway(state, {
    url: () => base.url.replace(/^http/, "ws"),
    heartbeatMs: options.heartbeatMs ?? 41_250,
    identifiesPerDay: options.identifiesPerDay ?? 1000,
    identifySpacingMs: options.identifySpacingMs ?? 5000,
  });
  const rest = createRest({
    state,
    routes: [
      ...messageRoutes,
      ...channelRoutes,
      ...guildRoutes,
      ...commandRoutes,
      ...interactionRoutes,
      ...gateway.routes,
    ],
    limits: createLimits(ratesOf(options)),
    faults,
    check: options.check,
  });
  const server = createServer((request, response) => void rest(request, response));
  gateway.attach(server);
  base.url = await listen(server, options.port ?? 0);
  state.cdn = base.url;
  const revokeToken = () => {
    state.token = `${state.token}-revoked`;
    gateway.faults.disconnect(4004);
  };
  return {
    api: `${base.url}/api`,
    cdn: base.url,
    token: state.token,
    bot: state.bot.id,
    application: state.application.id,
    world: { ...createWorld(state), revokeToken },
    gateway: gateway.faults,
    rest: { fail: faults.plan },
    transcript: state.transcript,
    ...createPeople(state),
    ...createInteractions(state),
    commands: (guild = "") => state.commands.get(guild) ?? [],
    pings: (request) => pingsOfRequest(state, request),
    until: waiting.until,
    async [Symbol.asyncDispose]() {
      gateway.end();
      waiting.end();
      await close(server);
    },
  };
}

function ratesOf({ rates = "discord" }: EmulatorOptions): Rates {
  if (typeof rates !== "string") return rates;
  return rates === "wide" ? WIDE_RATES : DISCORD_RATES;
}

async function listen(server: Server, port: number): Promise<string> {
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen({ host: "127.0.0.1", port }, listening.resolve);
  await listening.promise;
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator has no port");
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
}
