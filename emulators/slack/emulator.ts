import { createApi } from "./api.ts";
import { createChannelActs } from "./channels.ts";
import { createDelivery, type Disorder } from "./delivery.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createHttpCarrier } from "./http-carrier.ts";
import { createHttp, type Http } from "./http.ts";
import { createInteractions } from "./interactions.ts";
import { allMethods } from "./methods.ts";
import { createModals } from "./modals.ts";
import type { Pings } from "./model.ts";
import { newState, type SlackOptions } from "./new-state.ts";
import { createPeople } from "./people.ts";
import { pingsOfCall } from "./pings-of-call.ts";
import { download, elsewhere, respond } from "./routes.ts";
import { listen, shut } from "./server.ts";
import { createSockets, type Sockets } from "./sockets.ts";
import type { State } from "./state.ts";
import { createTranscript, type ApiEntry, type Transcript } from "./transcript.ts";
import { createUntil } from "./until.ts";
import { createEyes } from "./visible.ts";
import { createWorld, DEFAULT_SCOPES } from "./world.ts";

/** The control of a running emulator; builders and people's acts are its own methods. */
export type SlackEmulator = AsyncDisposable &
  ReturnType<typeof actsOf> & {
    /** Where it listens: `http://127.0.0.1:1234`. */
    readonly url: string;
    /** For `slackApiUrl`. */
    readonly apiUrl: string;
    readonly appId: string;
    readonly appToken: string;
    readonly signingSecret: string;
    readonly transcript: Transcript;
    readonly faults: Faults;
    readonly sockets: Sockets;
    readonly http: Http;
    /** How often and how late events come; {} is usual. */
    disorder(to: Disorder): void;
    /** Tells the app that a workspace sends too many events; the payload has no inner event. */
    rateLimitEvents(team: string): Promise<void>;
    /** Whom the text of a call notifies. */
    pings(request: ApiEntry): Pings;
    /** Waits until something is so; looks again whenever anything changed. */
    until<T>(
      find: () => T | undefined | false,
      options?: { readonly timeoutMs?: number; readonly what?: string },
    ): Promise<T>;
  };

/** Starts Slack on loopback, with nothing in it: workspaces, people and channels are added. */
export async function openSlackEmulator(options: SlackOptions = {}): Promise<SlackEmulator> {
  const closing = new AbortController();
  const { signal } = closing;
  const watch = createUntil(signal);
  const transcript = createTranscript({ lean: options.lean ?? false, changed: watch.changed });
  const state = newState(options, { transcript, changed: watch.changed });
  const { bounds, clock, app } = state;
  const pingMs = options.pingMs ?? 10_000;
  const sockets = createSockets({ transcript, bounds, clock, appId: app.id, pingMs, changed: watch.changed });
  const carrier = createHttpCarrier({ secret: app.signingSecret, transcript, bounds, signal });
  const faults = createFaults();
  let disorder: Disorder = {};
  const carriers = [carrier.carrier, sockets.carrier];
  state.send = createDelivery({ carriers, transcript, bounds, disorder: () => disorder, signal });
  const close = await serve(state, { faults, sockets, signal });
  return {
    ...actsOf(state, options.scopes ?? DEFAULT_SCOPES),
    url: state.url,
    apiUrl: `${state.url}/api/`,
    appId: app.id,
    appToken: app.appToken,
    signingSecret: app.signingSecret,
    transcript,
    faults,
    sockets: sockets.control,
    http: createHttp({ carrier, secret: app.signingSecret }),
    disorder: (to) => void (disorder = to),
    rateLimitEvents: (team) => tellRateLimited(state, team),
    pings: (request) => pingsOfCall(state, request),
    until: watch.until,
    async [Symbol.asyncDispose]() {
      closing.abort();
      sockets.close();
      await close();
    },
  };
}

const actsOf = (state: State, scopes: readonly string[]) => ({
  ...createWorld(state, scopes),
  ...createChannelActs(state),
  ...createPeople(state),
  ...createInteractions(state),
  ...createModals(state),
  ...createEyes(state),
});

interface Inside {
  readonly faults: Faults;
  readonly sockets: ReturnType<typeof createSockets>;
  readonly signal: AbortSignal;
}

/** Listens, and returns what closes everything. */
async function serve(state: State, { faults, sockets, signal }: Inside): Promise<() => Promise<void>> {
  const socketUrl = (): string =>
    `${state.url.replace("http", "ws")}/link/?ticket=${sockets.ticket()}&app_id=${state.app.id}`;
  const api = createApi({ state, methods: allMethods(socketUrl), faults, signal });
  const main = await listen((request, response, body) => {
    const path = new URL(request.url ?? "/", "http://loopback").pathname;
    if (path.startsWith("/api/")) return api(request, response, { name: path.slice(5), body });
    if (path.startsWith("/response/")) return respond(state, response, { url: path, body });
    if (path.startsWith("/files-pri/")) return download(state, request, response);
    const status = path === "/signin" ? 200 : 404;
    response.writeHead(status, { "content-type": "text/html" }).end("<html>Sign in to Slack</html>");
    return undefined;
  }, broken);
  const other = await listen((request, response) => elsewhere(state, request, response), broken);
  main.server.on("upgrade", sockets.accept);
  Object.assign(state, { url: main.url, elsewhere: other.url });
  return async () => void (await Promise.all([shut(main.server), shut(other.server)]));
}

/** A defect of the emulator itself is loud. */
function broken(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

async function tellRateLimited(state: State, team: string): Promise<void> {
  const minute = Math.floor(Date.now() / 60_000) * 60;
  const body = {
    token: "verification-token",
    team_id: team,
    minute_rate_limited: minute,
    api_app_id: state.app.id,
    type: "app_rate_limited",
  };
  await state.send({ type: "events_api", body, answers: false });
}
