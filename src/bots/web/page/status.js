/** @import { Status } from "./model.js" */

import { byId, element } from "./element.js";
import { count, modelName, sentence } from "./model.js";
import { fetchStatus } from "./requests.js";

/** How often the status is asked for: while it changes, and while it does not. */
const BUSY_MS = 700;
const CALM_MS = 10_000;
const PATIENCE_MS = 5_000;
/** Files not read that are named; the rest are counted. */
const NAMED = 20;

/** Keeps the status corner up to date while the page can be seen. */
export function watchStatus() {
  const corner = byId("status", HTMLDetailsElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = async () => {
    clearTimeout(timer);
    const status = await fetchStatus({ signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => "gone");
    showStatus(/** @type {Status | "starting" | "gone"} */ (status));
    const isCalm =
      typeof status === "object" &&
      status.sync.kind !== "reading" &&
      status.meaning.kind !== "embedding" &&
      status.model.kind !== "loading";
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, isCalm ? CALM_MS : BUSY_MS);
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look();
  });
  corner.addEventListener("toggle", () => {
    if (corner.open) void look();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !corner.contains(event.target)) corner.open = false;
  });
  void look();
  return {
    /** Closes the corner; false where it was closed. */
    close() {
      const wasOpen = corner.open;
      corner.open = false;
      if (wasOpen) corner.querySelector("summary")?.focus();
      return wasOpen;
    },
  };
}

/** @param {Status | "starting" | "gone"} status */
function showStatus(status) {
  const { line, light } = summaryOf(status);
  byId("status-line", HTMLElement).textContent = line;
  byId("status-light", HTMLElement).dataset["light"] = light;
  byId("status-panel", HTMLElement).replaceChildren(...panelOf(status));
}

/** @param {Status | "starting" | "gone"} status */
function summaryOf(status) {
  if (status === "gone") return { line: "Not reachable", light: "bad" };
  if (status === "starting") return { line: "Starting …", light: "busy" };
  if (status.sync.kind === "reading") {
    return { line: `Reading ${status.sync.done} of ${status.sync.total} …`, light: "busy" };
  }
  const isModelWell = status.model.kind !== "failed";
  const isFoundWell = status.meaning.kind !== "failed";
  const isReadWell = status.sync.kind === "current" && status.failed.length === 0;
  const isWell = isReadWell && isModelWell && isFoundWell && status.seal.kind !== "not sealed";
  return { line: count(status.documents, "document"), light: isWell ? "good" : "warn" };
}

/** @param {Status | "starting" | "gone"} status */
function panelOf(status) {
  if (status === "gone") return [element("p", {}, "Hearth does not answer. Is it still running?")];
  if (status === "starting") return [element("p", {}, "The search is starting.")];
  const { documents, passages, seal } = status;
  const rows = [
    row("Documents", `${count(documents, "document")}, ${count(passages, "passage")}`),
    row("Last sync", ...syncWords(status)),
    ...failedRows(status.failed),
    row("Search", ...meaningNodes(status.meaning)),
    row("Model", ...modelNodes(status.model)),
    row("Core", sealWords(seal)),
  ];
  return [element("dl", {}, ...rows.flat())];
}

/**
 * @param {string} name
 * @param {...(Node | string)} words
 */
function row(name, ...words) {
  return [element("dt", {}, name), element("dd", {}, ...words)];
}

/**
 * @param {Status} status
 * @returns {(Node | string)[]}
 */
function syncWords({ sync }) {
  switch (sync.kind) {
    case "reading":
      return [
        `Reading ${sync.done} of ${sync.total} documents`,
        element("progress", { max: Math.max(1, sync.total), value: sync.done, "aria-label": "Documents read" }),
      ];
    case "current": {
      const at = new Date(sync.at);
      const when = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
      return [element("time", { dateTime: sync.at }, when), `, in ${sync.seconds.toFixed(1)} s`];
    }
    case "failed":
      return [`Failed: ${sync.reason}`];
  }
}

/**
 * By what passages are found: words, and meaning where there is a model for that.
 * @param {Status["meaning"]} meaning
 * @returns {(Node | string)[]}
 */
function meaningNodes(meaning) {
  switch (meaning.kind) {
    case "none":
      return ["Found by words only (no embedding model; hearth models list shows them)."];
    case "embedding": {
      const { done, total, model } = meaning;
      return [
        `Found by words; by meaning too (${model.name}): ${done.toLocaleString("en")} of ${count(total, "passage")} so far`,
        element("progress", { max: Math.max(1, total), value: done, "aria-label": "Passages found by meaning" }),
      ];
    }
    case "ready":
      return [`Found by words and by meaning (${meaning.model.name}).`];
    case "failed":
      return [`Found by words only, as ${meaning.model.name} cannot be used: ${sentence(meaning.why)}`];
  }
}

/** @param {Status["failed"]} failed */
function failedRows(failed) {
  if (failed.length === 0) return [];
  const named = failed
    .slice(0, NAMED)
    .map(({ path, reason }) => element("li", {}, element("code", {}, path), `: ${reason}`));
  const rest = failed.length - named.length;
  const more = rest > 0 ? [element("li", {}, `and ${rest} more; hearth docs sync names them all`)] : [];
  return [row("Not read", count(failed.length, "file"), element("ul", { className: "failed" }, ...named, ...more))];
}

/** @param {Status["seal"]} seal */
function sealWords(seal) {
  const at = (seal.addresses ?? []).join(", ");
  if (seal.kind === "not sealed") return `Not sealed: ${seal.why}. ${seal.cure}.${at && ` It reaches ${at}.`}`;
  const network = `it has no network, only ${seal.interfaces.join(", ")} (by ${seal.by})`;
  if (seal.kind === "private network") return `Private network: ${network}, and a relay to ${at}.`;
  return `Sealed: ${network}.${at && ` On this machine it reaches ${at}.`}`;
}

/**
 * The model: its name, where it stands, whether it writes and why, and who waits for it.
 * @param {Status["model"]} model
 * @returns {(Node | string)[]}
 */
function modelNodes(model) {
  if (model.kind === "none") return ["No model: answers are the documents' own sentences, quoted."];
  const state = { idle: "not loaded", loading: "loading", ready: "ready", failed: "not usable" }[model.kind];
  const writes = model.writes ? "it writes answers" : "answers are quoted";
  const waiting = model.waiting > 0 ? `; ${count(model.waiting, "question")} waiting` : "";
  return [
    element("strong", {}, modelName(model.model)),
    element("br"),
    `${state}; ${writes}${waiting}`,
    element("p", { className: "status-why" }, sentence(model.why)),
  ];
}
