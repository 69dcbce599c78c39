/** @import { Answered, Hit, Passage, Progress, StaleAnswer, Status, Turn } from "./model.js" */

const GONE = "Hearth does not answer. Is it still running? Start it again and ask once more.";

/** What went wrong, in a sentence for people. */
export class RequestFailed extends Error {}

/**
 * Asks a question. `onProgress` is told where it stands.
 * @param {{ readonly text: string, readonly turns: readonly Turn[] }} question
 * @param {{ readonly signal: AbortSignal, readonly onProgress: (progress: Progress) => Promise<void> }} options
 * @returns {Promise<Answered>}
 */
export async function ask({ text, turns }, { signal, onProgress }) {
  const response = await send("/api/ask", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: randomId(), text, turns }),
    signal,
  });
  for await (const line of linesIn(response, signal)) {
    const event = JSON.parse(line);
    if (event.kind === "progress") await onProgress(event.progress);
    if (event.kind === "answer") return event.answered;
    if (event.kind === "error") throw new RequestFailed(event.message);
  }
  throw new RequestFailed(GONE);
}

/**
 * Passages for words as they are typed.
 * @param {string} words
 * @param {{ readonly signal: AbortSignal }} options
 * @returns {Promise<readonly Hit[]>}
 */
export async function lookUp(words, { signal }) {
  const response = await send(`/api/lookup?${new URLSearchParams({ words })}`, { signal });
  return response.json();
}

/**
 * All passages of a document in order.
 * @param {string} id
 * @param {{ readonly signal: AbortSignal }} options
 * @returns {Promise<readonly Passage[]>}
 */
export async function fetchDocument(id, { signal }) {
  const response = await send(`/api/document?${new URLSearchParams({ id })}`, { signal });
  return response.json();
}

/**
 * Those of the given answers whose sources have changed since; "starting" while the core is away.
 * @param {readonly string[]} ids
 * @param {{ readonly signal: AbortSignal }} options
 * @returns {Promise<readonly StaleAnswer[] | "starting">}
 */
export async function fetchStale(ids, { signal }) {
  const response = await send(`/api/stale?${new URLSearchParams({ ids: ids.join(",") })}`, { signal });
  return response.json();
}

/**
 * What the core knows about itself; "starting" while it is away.
 * @param {{ readonly signal: AbortSignal }} options
 * @returns {Promise<Status | "starting">}
 */
export async function fetchStatus({ signal }) {
  const response = await send("/api/status", { signal });
  return response.json();
}

/**
 * Questions to offer on the empty page.
 * @returns {Promise<readonly string[]>}
 */
export async function fetchExamples() {
  const response = await send("/api/examples", {});
  return response.json();
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function send(path, options) {
  const response = await fetch(path, options).catch((error) => {
    options.signal?.throwIfAborted();
    throw new RequestFailed(GONE, { cause: error });
  });
  if (response.ok) return response;
  const { message } = await response.json().catch(() => ({}));
  throw new RequestFailed(message ?? `Hearth refused this (${response.status}).`);
}

/**
 * @param {Response} response
 * @param {AbortSignal} signal
 */
async function* linesIn(response, signal) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (reader) {
    const { done, value } = await reader.read().catch((error) => {
      signal.throwIfAborted();
      throw new RequestFailed(GONE, { cause: error });
    });
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** A UUID. `crypto.randomUUID` is there only on pages that the browser calls secure, and a name of the owner's may not be. */
function randomId() {
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-8$4-$5");
}
