import { request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Acme, Question } from "./acme.ts";
import { whenAnswered, whenQuiet } from "./asking.ts";
import { questionsKept } from "./store.ts";
import { NotRun, started, type Stage } from "./stage.ts";

const schema = z.object({
  method: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  as: z.string().optional(),
  cookies: z.string().optional(),
  sign: z.unknown().optional(),
});

/** A request to Hearth's own page, with the path and the headers just as they are given, or to the port where a platform's events come. */
export async function request(given: unknown, stage: Stage): Promise<void> {
  const { acme } = stage;
  if (acme?.inboundPath !== undefined && Object(given).path === acme.inboundPath) return bring(given, acme, stage);
  const { method, path, headers, body } = schema.parse(given);
  const { url } = await started(stage);
  const answer = await send(new URL(url), { method, path, headers, body: typeof body === "string" ? body : undefined });
  const isAboutStatus = [...stage.case.must, ...stage.case.must_not].some(
    ({ on, v }) =>
      on === "http.status" || (on === "http" && v === 200 && stage.case.must_not.some((one) => one.on === "http")),
  );
  if (answer.status === 404 && !isAboutStatus) throw new NotRun(`a page at ${path.replace(/\?.*$/, "")}`);
  stage.facts["http.status"] = answer.status;
  stage.texts["http.status"] = String(answer.status);
  stage.texts["html"] = answer.text;
  for (const [name, value] of Object.entries(answer.headers)) stage.texts[`header:${name}`] = String(value);
}

/** How long what is not refused may take until it is taken in. */
const TAKEN_MS = 1_500;

/** Brings an event to the platform's port as often as the case says, byte for byte the same, and sees whether it is taken in. */
async function bring(given: unknown, acme: Acme, stage: Stage): Promise<void> {
  const { times, ...rest } = z.looseObject({ times: z.int().default(1) }).parse(given);
  await started(stage);
  const inbound = acme.inbound?.(rest);
  if (!inbound) throw new NotRun("a platform that sends requests");
  const { url, headers, body, message } = inbound;
  const before = questionsKept(stage.box);
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const { status } = await fetch(url, { method: "POST", headers, body });
    statuses.push(status);
  }
  const question: Question = { kind: "question", ...message, by: "", at: performance.now() };
  if (statuses.includes(200)) await whenAnswered(acme, question, 15_000);
  await delay(TAKEN_MS);
  await whenQuiet(acme);
  const accepted = questionsKept(stage.box) - before;
  const isAnswered = acme.countAnswers(question) > 0;
  stage.facts["http.status"] = statuses[0];
  stage.texts["http.status"] = String(statuses[0]);
  stage.facts["queue.accepted"] = accepted > 0 || isAnswered;
  const id: unknown = Object(rest["body"]).event_id;
  if (typeof id === "string") stage.facts[`queue.accepted_count:${id}`] = accepted;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

function send(
  url: URL,
  given: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: string | undefined;
  },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method, path, headers, body } = given;
  const sent = httpRequest(
    { host: url.hostname, port: url.port, method, path, headers, timeout: 20_000 },
    (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      response.on("error", reject);
    },
  );
  sent.on("error", reject);
  sent.on("timeout", () => sent.destroy(new Error("The page did not answer in time")));
  sent.end(body);
  return promise;
}
