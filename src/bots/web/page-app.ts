import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { UserError } from "../../user-error.ts";
import { answerStream } from "./answer-stream.ts";
import { fromAnswerIds, fromAsk, fromDocument, fromLookup } from "./from-web.ts";
import { knownNames, refusalOf, SECURITY_HEADERS } from "./guard.ts";
import { toJson } from "./json.ts";
import { readPageFiles, type PageFile } from "./page-files.ts";
import type { WebChatOptions } from "./web.ts";

/** Bytes of a request's body: the longest question with all its turns fits, in any script. */
const MOST_BYTES = 1_000_000;
/** Results of one lookup. */
const MOST_HITS = 8;

const GUARDED = "Hearth could not do this; its log says why.";

/** The page and its requests, as an application that answers one HTTP request at a time. */
export function createPageApp(options: WebChatOptions & { readonly closing: AbortSignal }): Hono {
  const { log, host, allowedHosts } = options;
  const names = knownNames(host, allowedHosts);
  const app = new Hono();
  app.use(async (context, next) => {
    const { method, path } = context.req;
    const refusal = refusalOf({ method, path, header: (name) => context.req.header(name) }, names);
    if (refusal) context.res = context.text(`${refusal.reason}\n`, refusal.status);
    else await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.res.headers.set(name, value);
    if (refusal?.status === 405) context.res.headers.set("allow", "GET, HEAD, POST");
  });
  addRequests(app, options);
  addFiles(app, readPageFiles());
  app.notFound((context) => context.text("There is nothing here.\n", 404));
  app.onError((error, context) => {
    if (error instanceof UserError) return json(context, { message: error.message }, 400);
    if (!context.req.raw.signal.aborted) log.error({ err: error, path: context.req.path }, "page request failed");
    return json(context, { message: GUARDED }, 500);
  });
  return app;
}

function addRequests(app: Hono, options: WebChatOptions & { readonly closing: AbortSignal }): void {
  const { brain, clearance, examples, log, closing } = options;
  const signalOf = (context: Context) => AbortSignal.any([context.req.raw.signal, closing]);
  const tooLarge = (context: Context) => json(context, { message: "The request is too large." }, 413);
  app.post("/api/ask", bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }), async (context) => {
    const question = fromAsk(await bodyOf(context), { sentAt: new Date().toISOString(), clearance });
    const body = answerStream({ brain, log, question, signal: signalOf(context) });
    return context.body(body, 200, {
      "content-type": "application/x-ndjson; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
  });
  app.get("/api/lookup", async (context) => {
    const words = fromLookup(context.req.query("words"));
    const lookup = { clearance, limit: MOST_HITS, signal: signalOf(context) };
    return json(context, words === "" ? [] : await brain.lookup(words, lookup));
  });
  app.get("/api/document", async (context) => {
    const id = fromDocument(context.req.query("id"));
    const passages = await brain.document(id, { clearance, signal: signalOf(context) });
    if (passages.length > 0) return json(context, passages);
    return json(context, { message: "This document is no longer there." }, 404);
  });
  app.get("/api/stale", async (context) => {
    const of = { platform: "web", ids: fromAnswerIds(context.req.query("ids")) } as const;
    const stale = await brain.staleAnswers(of, { signal: signalOf(context) }).catch(() => "starting" as const);
    return json(context, stale === "starting" ? stale : stale.map(({ id, sources }) => ({ id, sources })));
  });
  app.get("/api/status", async (context) => {
    // The core is away for a moment at the start and after a crash; main.ts brings it back.
    const status = await brain.status({ signal: signalOf(context) }).catch(() => "starting");
    return json(context, status);
  });
  app.get("/api/examples", (context) => json(context, examples));
}

async function bodyOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch {
    throw new UserError("The request is not valid JSON.");
  }
}

function addFiles(app: Hono, files: ReadonlyMap<string, PageFile>): void {
  for (const [path, { type, body }] of files) {
    app.get(path, (context) => context.body(body, 200, { "content-type": type, "cache-control": "no-cache" }));
  }
}

function json(context: Context, value: unknown, status: 200 | 400 | 404 | 413 | 500 = 200): Response {
  return context.body(toJson(value), status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  });
}
