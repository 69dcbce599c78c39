import type { IncomingMessage, ServerResponse } from "node:http";
import { flag, isObject, oneOf, optional, shape } from "./checks.ts";
import { change, post } from "./messages.ts";
import { readOrRefuse } from "./method.ts";
import { authorOf } from "./methods-chat.ts";
import type { Channel, Install, Json } from "./model.ts";
import { contents, messageMetadata, threadTs } from "./shapes.ts";
import { covers, known, SlackError, type ResponseUrl, type State } from "./state.ts";
import { tellDeleted, teamFor } from "./events.ts";
import { pingsOfText } from "./pings-of-call.ts";
import { threadOf } from "./threads.ts";
import { now } from "./transcript.ts";

const answerShape = shape({
  text: optional(contents.text),
  markdown_text: optional(contents.markdown_text),
  blocks: optional(contents.blocks),
  attachments: optional(contents.attachments),
  metadata: optional(messageMetadata),
  response_type: optional(oneOf("ephemeral", "in_channel")),
  replace_original: optional(flag),
  delete_original: optional(flag),
  thread_ts: optional(threadTs),
  unfurl_links: optional(flag),
  unfurl_media: optional(flag),
  link_names: optional(flag),
  parse: optional(oneOf("full", "none")),
  mrkdwn: optional(flag),
});

/** Answers what an app sends to a response_url. */
export function respond(state: State, response: ServerResponse, { url, body }: { url: string; body: Buffer }): void {
  const status = useResponse(state, url, body);
  response.writeHead(status.code, { "content-type": "text/plain" });
  response.end(status.text);
}

function useResponse(state: State, url: string, body: Buffer): { code: number; text: string } {
  const given: unknown = parse(body);
  const found = state.responseUrls.get(url);
  const write = (code: number, said: string): { code: number; text: string } => {
    const pings = isObject(given) ? { pings: pingsOfText(state, given, found?.channel) } : {};
    state.transcript.add({ kind: "response", at: now(), url, body: given, status: code, ...pings });
    return { code, text: said };
  };
  if (found === undefined) return violated(state, "a response_url that never was", write(404, "invalid_url"));
  if (Date.now() > found.until) return write(404, "expired_url");
  if (found.left === 0) return violated(state, "a response_url was used more than five times", write(404, "used_url"));
  try {
    say(state, found, given);
    found.left -= 1;
    return write(200, "ok");
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    if (error.strict !== undefined) state.transcript.violate("response_url", error.strict);
    return write(error.error === "channel_not_found" ? 404 : 500, error.error);
  }
}

function violated<T>(state: State, why: string, answer: T): T {
  state.transcript.violate("response_url", why);
  return answer;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** Shows an answer: to the person alone, to all, or in place of what was pressed. */
export function say(
  state: State,
  at: Pick<ResponseUrl, "channel" | "user" | "install" | "message">,
  given: unknown,
): void {
  const args = readOrRefuse(answerShape, given, "");
  const channel = known(state.channels, at.channel, "channel");
  if (channel.deleted) throw new SlackError("channel_not_found");
  if (args.delete_original === true) return removeOriginal(state, channel, at.message);
  const said = { text: args.text, markdown: args.markdown_text, blocks: args.blocks };
  if (said.text === undefined && said.markdown === undefined && (said.blocks ?? []).length === 0)
    throw new SlackError("no_text", { strict: "an answer without text" });
  if (args.replace_original === true && at.message !== undefined)
    return replace(state, channel, { original: at.message, ...said });
  const thread = threadOf(state, channel, args.thread_ts);
  if (args.response_type === "in_channel") {
    const author = authorOf(state, at.install, teamFor(state, at.install, channel));
    post(state, {
      channel,
      ...author,
      ...said,
      metadata: args.metadata,
      threadTs: thread,
      subtype: "bot_message",
      linksNames: args.link_names === true,
    });
    return;
  }
  const { text: words = "", markdown, blocks = [] } = said;
  channel.ephemerals.push({
    ts: state.clock.ts(),
    user: at.user,
    threadTs: thread,
    text: markdown ?? words,
    markdown,
    blocks,
  });
  state.changed();
}

interface Replacement {
  readonly original: { readonly ts: string; readonly ephemeral: boolean };
  readonly text: string | undefined;
  readonly markdown: string | undefined;
  readonly blocks: readonly Json[] | undefined;
}

function replace(state: State, channel: Channel, { original, ...to }: Replacement): void {
  const message = channel.timeline.get(original.ts);
  if (!original.ephemeral && message !== undefined) return change(state, { channel, message }, to);
  const seen = channel.ephemerals.find(({ ts }) => ts === original.ts);
  if (seen !== undefined)
    Object.assign(seen, { text: to.markdown ?? to.text ?? "", markdown: to.markdown, blocks: to.blocks ?? [] });
  state.changed();
}

function removeOriginal(state: State, channel: Channel, original: ResponseUrl["message"]): void {
  const message = channel.timeline.get(original?.ts ?? "");
  const at = channel.ephemerals.findIndex(({ ts }) => ts === original?.ts);
  if (at >= 0) channel.ephemerals.splice(at, 1);
  else if (message !== undefined && channel.timeline.delete(message.ts)) tellDeleted(state, channel, message);
  state.changed();
}

/** A new response_url. */
export function newResponseUrl(state: State, made: Omit<ResponseUrl, "until" | "left">): string {
  const path = `/response/${state.clock.id("R")}/${crypto.randomUUID()}`;
  state.responseUrls.set(path, { ...made, until: Date.now() + state.bounds.responseUrlMs, left: 5 });
  if (state.responseUrls.size % 1000 === 0)
    for (const [old, { until }] of state.responseUrls) if (until < Date.now()) state.responseUrls.delete(old);
  return `${state.url}${path}`;
}

/** Gives a file's bytes to an app with a token; others are led to the sign-in page, as Slack does. */
export function download(state: State, request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? "/", "http://loopback").pathname;
  const id = /^\/files-pri\/T[A-Z0-9]+-(F[A-Z0-9]+)\//.exec(path)?.[1] ?? "";
  const file = state.files.get(id);
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const install = state.installs.get(token ?? "");
  const isAllowed =
    install?.status === "active" &&
    install.scopes.has("files:read") &&
    file !== undefined &&
    mayLoad(state, install, file.id);
  const write = (status: number, headers: Record<string, string>, body?: Buffer | string): void => {
    state.transcript.add({
      kind: "download",
      at: now(),
      file: id,
      host: "slack",
      authorized: token !== undefined,
      status,
    });
    response.writeHead(status, headers);
    response.end(body);
  };
  if (token === undefined) state.transcript.violate("file", "a download without a token");
  if (file === undefined || file.deleted) return write(404, {});
  if (!isAllowed) return write(302, { location: `${state.url}/signin?redir=${encodeURIComponent(path)}` });
  if (file.elsewhere) return write(302, { location: `${state.elsewhere}/${file.id}/${encodeURIComponent(file.name)}` });
  write(200, { "content-type": file.mimetype, "content-length": String(file.bytes.length) }, file.bytes);
}

function mayLoad(state: State, install: Install, id: string): boolean {
  const file = state.files.get(id);
  if (file !== undefined && covers(state, install, file.team)) return true;
  return [...state.channels.values()].some(
    (one) =>
      one.members.has(install.botUser) && one.timeline.all().some(({ files }) => files.some((held) => held.id === id)),
  );
}

/** Another host, to which downloads may be led: whoever brings it a token has leaked it. */
export function elsewhere(state: State, request: IncomingMessage, response: ServerResponse): void {
  const id = (request.url ?? "").split("/")[1] ?? "";
  const file = state.files.get(id);
  const isLeak = request.headers.authorization !== undefined;
  if (isLeak) state.transcript.violate("file", "the token was sent to another host");
  state.transcript.add({
    kind: "download",
    at: now(),
    file: id,
    host: "elsewhere",
    authorized: isLeak,
    status: file === undefined ? 404 : 200,
  });
  response.writeHead(file === undefined ? 404 : 200, { "content-type": file?.mimetype ?? "text/plain" });
  response.end(file?.bytes);
}

/** Whether a value is an answer that shows something: text, or more than who may see it. */
export const showsSomething = (given: unknown): given is string | Json =>
  (typeof given === "string" && given !== "") ||
  (isObject(given) && Object.keys(given).some((key) => key !== "response_type"));
