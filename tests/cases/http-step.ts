import { request as httpRequest } from "node:http";
import { z } from "zod";
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

/** A request to Hearth's own page, with the path and the headers just as they are given. */
export async function request(given: unknown, stage: Stage): Promise<void> {
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
