import { request, type IncomingHttpHeaders } from "node:http";
import type { Brain } from "../../../src/brain/brain.ts";
import { openWebChat, type WebChatOptions } from "../../../src/bots/web/web.ts";
import { silentLog } from "../../../src/log.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";

/** The page's server on a free port of this machine, over a brain that says what the test gives it. */
export function openPage(script: Partial<Brain> = {}, options: Partial<WebChatOptions> = {}) {
  return openWebChat({
    brain: scriptedBrain(script),
    log: silentLog(),
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    clearance: ["public", "team"],
    examples: [],
    ...options,
  });
}

/** What a server answered. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request with any method, path and headers, as no browser and no fetch would send it. */
export function sendRaw(
  url: string,
  options: {
    readonly path?: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  } = {},
): Promise<RawAnswer> {
  const { path = "/", method = "GET", headers = {}, body } = options;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: hostname.replace(/^\[|\]$/g, ""), port, path, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The body that the page sends for a question. */
export function askBody(text: string, more: object = {}): string {
  return JSON.stringify({ id: "6f1c1c2e-1f5e-4b52-8f2c-0d1d3f0e7a11", text, turns: [], ...more });
}

/** Asks as the page does. */
export function sendAsk(url: string, body: string, signal?: AbortSignal): Promise<Response> {
  return fetch(new URL("/api/ask", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...(signal && { signal }),
  });
}
