import { requestFor, type createHttpCarrier, type Forgery, type HttpTarget, type Signed } from "./http-carrier.ts";
import type { Parcel } from "./state.ts";

/** HTTP delivery as tests steer it. */
export interface Http {
  /** Sends everything to this address from now on; first the challenge of the url goes there. False: it was not met. */
  connect(url: string | HttpTarget): Promise<boolean>;
  disconnect(): void;
  /** A request that is not quite Slack's: too old, from the future, signed with another secret. The answer's status. */
  forge(body: Readonly<Record<string, unknown>>, forgery: Forgery): Promise<number>;
  /** The last request of all, byte by byte, once more. */
  replay(): Promise<number>;
  /** The last request, as it went out. */
  last(): Signed | undefined;
}

/** Steers a carrier. */
export function createHttp({
  carrier,
  secret,
}: {
  carrier: ReturnType<typeof createHttpCarrier>;
  secret: string;
}): Http {
  const targetOf = (url: string | HttpTarget): HttpTarget =>
    typeof url === "string" ? { events: url, interactivity: url, commands: url } : url;
  const aimed = (): HttpTarget => {
    const target = carrier.target();
    if (target === undefined) throw new Error("Nothing is connected by HTTP");
    return target;
  };
  const event = (body: Readonly<Record<string, unknown>>): Parcel => ({ type: "events_api", body, answers: false });
  const statusOf = async (signed: Signed): Promise<number> => {
    const response = await carrier.post(signed);
    await response.text();
    return response.status;
  };
  return {
    async connect(url) {
      const target = targetOf(url);
      const challenge = crypto.randomUUID();
      const body = { token: "verification-token", challenge, type: "url_verification" };
      const response = await carrier.post(requestFor(event(body), target, { secret }));
      const isMet = response.status === 200 && (await response.text()).includes(challenge);
      carrier.point(isMet ? target : undefined);
      return isMet;
    },
    disconnect: () => carrier.point(undefined),
    forge: async (body, forgery) => statusOf(requestFor(event(body), aimed(), { secret, forgery })),
    replay: async () => {
      const last = carrier.last();
      if (last === undefined) throw new Error("Nothing was sent yet");
      return statusOf(last);
    },
    last: () => carrier.last(),
  };
}
