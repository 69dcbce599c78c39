import { createApi } from "./api.ts";
import { createDelivery, type Deliveries } from "./delivery.ts";
import { createFaults, type FaultPlan, type Faults, type RunningFaults } from "./faults.ts";
import { createHttpCarrier } from "./http-carrier.ts";
import { createHttp, type Http } from "./http.ts";
import { createInteractions } from "./interactions.ts";
import { allMethods } from "./methods.ts";
import { createModals } from "./modals.ts";
import type { Pings } from "./model.ts";
import { newState, type SlackOptions } from "./new-state.ts";
import { createPauses } from "./pauses.ts";
import { createPeople } from "./people.ts";
import { download, elsewhere, respond } from "./routes.ts";
import { listen, shut } from "./server.ts";
import { createSockets, type Sockets } from "./sockets.ts";
import type { State } from "./state.ts";
import { createTranscript, type ApiEntry, type ResponseEntry, type Transcript } from "./transcript.ts";
import { createUntil } from "./until.ts";
import { createEyes } from "./visible.ts";
import { createWorld, DEFAULT_SCOPES } from "./world.ts";

export type { SlackOptions } from "./new-state.ts";

/** Slack on loopback, with a world in it, people who act, and a record of what the app did. */
export interface SlackEmulator extends AsyncDisposable, Acts {
  /** For Bolt: `slackApiUrl`. */
  readonly api: string;
  readonly appId: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly world: World;
  readonly rest: { fail(plan: FaultPlan): RunningFaults };
  readonly sockets: Sockets;
  readonly http: Http;
  readonly deliveries: Deliveries & {
    /** Tells the app that a workspace sends too many events; the payload has no inner event. */
    limit(team: string): Promise<void>;
  };
  readonly transcript: Transcript;
  /** Whom a call of the transcript would notify; undefined where it writes no message. */
  pings(request: ApiEntry | ResponseEntry): Pings | undefined;
  /** Waits until the predicate gives something, looking after every change; rejects after the timeout (5,000 ms by default). */
  until<T>(predicate: () => T | undefined | null | false, timeoutMs?: number): Promise<T>;
}

/** What tests make and change. */
export type World = ReturnType<typeof createWorld>;

/** What people do and see. */
export type Acts = ReturnType<typeof actsOf>;

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
  const carriers = [carrier.carrier, sockets.carrier];
  const delivery = createDelivery({ carriers, transcript, bounds, pauses: createPauses(signal) });
  state.send = delivery.send;
  state.listens = () => sockets.control.open().length > 0 || carrier.target() !== undefined;
  const close = await serve(state, { faults, sockets, signal, options });
  return {
    ...actsOf(state),
    api: `${state.url}/api/`,
    appId: app.id,
    appToken: app.appToken,
    signingSecret: app.signingSecret,
    world: createWorld(state, options.scopes ?? DEFAULT_SCOPES),
    transcript,
    rest: { fail: faults.plan },
    sockets: sockets.control,
    http: createHttp({ carrier, secret: app.signingSecret }),
    deliveries: { ...delivery.control, limit: (team) => tellRateLimited(state, team) },
    pings: (request) => request.pings,
    until: watch.until,
    async [Symbol.asyncDispose]() {
      closing.abort();
      sockets.close();
      await close();
    },
  };
}

const actsOf = (state: State) => ({
  ...createPeople(state),
  ...createInteractions(state),
  ...createModals(state),
  ...createEyes(state),
});

interface Inside {
  readonly faults: Faults;
  readonly sockets: ReturnType<typeof createSockets>;
  readonly signal: AbortSignal;
  readonly options: SlackOptions;
}

/** Listens, and returns what closes everything. */
async function serve(
  state: State,
  { faults, sockets, signal, options: { check, port } }: Inside,
): Promise<() => Promise<void>> {
  const socketUrl = (): string =>
    `${state.url.replace("http", "ws")}/link/?ticket=${sockets.ticket()}&app_id=${state.app.id}`;
  const api = createApi({ state, methods: allMethods(socketUrl), faults, signal, check });
  const main = await listen(
    (request, response, body) => {
      const path = new URL(request.url ?? "/", "http://loopback").pathname;
      if (path.startsWith("/api/")) return api(request, response, { name: path.slice(5), body });
      if (path.startsWith("/response/")) return respond(state, response, { url: path, body });
      if (path.startsWith("/files-pri/")) return download(state, request, response);
      const status = path === "/signin" ? 200 : 404;
      response.writeHead(status, { "content-type": "text/html" }).end("<html>Sign in to Slack</html>");
      return undefined;
    },
    { port, onError: broken },
  );
  const other = await listen((request, response) => elsewhere(state, request, response), { onError: broken });
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
