import { createFaults, type FaultPlan, type RunningFaults } from "./faults.ts";
import { createGateway, type GatewayFaults, type GatewayPace } from "./gateway.ts";
import { createLimits, DISCORD_RATES, WIDE_RATES, type Rates } from "./limits.ts";
import type { Pings } from "./model.ts";
import { createPeople, type People } from "./people.ts";
import { createInteractions, type Interactions } from "./people-interactions.ts";
import { createRest, type RequestCheck } from "./rest.ts";
import { ROUTES } from "./routes.ts";
import { openListeners, type ListenOptions } from "./listeners.ts";
import { createState, type StateOptions } from "./start.ts";
import type { Command, State } from "./state.ts";
import type { RestEntry, Transcript } from "./transcript.ts";
import { createWaiting } from "./waiting.ts";
import { createWorld, type World } from "./world.ts";

/** How the emulator is to be. All may be left out. */
export interface EmulatorOptions extends StateOptions, ListenOptions, GatewayPace {
  /** "discord" by default; "wide" for tests that are not about limits. */
  readonly rates?: "discord" | "wide" | Rates;
  /** Another check of every request, such as one against Discord's own description of its API. */
  readonly check?: RequestCheck;
}

/** Discord on loopback, with a world in it, people who act, and a record of what the bot did. */
export interface DiscordEmulator extends AsyncDisposable, People, Interactions {
  /** For discord.js: `rest: { api, version: "10", cdn }`. */
  readonly api: string;
  readonly cdn: string;
  /** Where TLS is served under Discord's names, and the authority to trust there. */
  readonly tls: { readonly port: number; readonly ca: string } | undefined;
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

/** Opens the emulator on loopback. */
export async function openDiscordEmulator(options: EmulatorOptions = {}): Promise<DiscordEmulator> {
  const waiting = createWaiting();
  const state = createState(options, waiting.changed);
  const faults = createFaults();
  const told = { gateway: "" };
  const gateway = createGateway(state, { ...options, url: () => told.gateway });
  const routes = [...ROUTES, ...gateway.routes];
  const answer = createRest({ state, routes, limits: createLimits(ratesOf(options)), faults, check: options.check });
  const listeners = await openListeners(options, { answer, attach: gateway.attach });
  told.gateway = listeners.gatewayUrl;
  state.cdn = listeners.cdnUrl;
  return {
    ...createPeople(state),
    ...createInteractions(state),
    api: `${listeners.plain}/api`,
    cdn: listeners.plain,
    tls: listeners.tls,
    token: state.token,
    bot: state.bot.id,
    application: state.application.id,
    world: { ...createWorld(state), revokeToken: () => revokeToken(state, gateway.faults) },
    gateway: gateway.faults,
    rest: { fail: faults.plan },
    transcript: state.transcript,
    commands: (guild = "") => state.commands.get(guild) ?? [],
    pings: (request) => request.pings,
    until: waiting.until,
    async [Symbol.asyncDispose]() {
      gateway.end();
      waiting.end();
      await listeners[Symbol.asyncDispose]();
    },
  };
}

/** The owner has made a new token: the old one is worth nothing any more, here and at REST. */
function revokeToken(state: State, gateway: GatewayFaults): void {
  state.token = `${state.token}-revoked`;
  gateway.disconnect(4004);
}

function ratesOf({ rates = "discord" }: EmulatorOptions): Rates {
  if (typeof rates !== "string") return rates;
  return rates === "wide" ? WIDE_RATES : DISCORD_RATES;
}
