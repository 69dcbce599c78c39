import { createHash } from "node:crypto";
import type { Json, View } from "./model.ts";
import { SlackError, type State } from "./state.ts";

const DEEPEST = 3;

/** Lets a trigger_id be used once, in time. */
export function useTrigger(state: State, id: string): { team: string; user: string; view: View | undefined } {
  const trigger = state.triggers.get(id);
  if (trigger === undefined) throw new SlackError("invalid_trigger_id", { strict: "a trigger_id that never was" });
  if (trigger.used) throw new SlackError("exchanged_trigger_id", { strict: "a trigger_id was used twice" });
  if (Date.now() > trigger.until) throw new SlackError("expired_trigger_id");
  trigger.used = true;
  return { team: trigger.team, user: trigger.user, view: state.views.get(trigger.view ?? "") };
}

/** A trigger_id for what a person just did. */
export function newTrigger(state: State, { team, user, view }: { team: string; user: string; view?: string }): string {
  const id = `${state.clock.id("")}.${state.clock.id("")}.${crypto.randomUUID().replaceAll("-", "")}`;
  state.triggers.set(id, { team, user, until: Date.now() + state.bounds.triggerMs, view, used: false });
  if (state.triggers.size % 1000 === 0)
    for (const [old, { until }] of state.triggers) if (until < Date.now()) state.triggers.delete(old);
  return id;
}

/** Shows a modal, on top of another where `below` names one. */
export function showModal(
  state: State,
  { team, user, body, below }: { team: string; user: string; body: Json; below: View | undefined },
): View {
  checkExternal(state, body, undefined);
  if (below !== undefined && depth(state, below) >= DEEPEST)
    throw new SlackError("push_limit_reached", { strict: "more than three modals on each other" });
  const id = state.clock.id("V");
  const view: View = {
    id,
    type: "modal",
    team,
    user,
    root: below?.root ?? id,
    previous: below?.id,
    body: numbered(state, body),
    hash: "",
  };
  view.hash = hashOf(view);
  state.views.set(id, view);
  state.changed();
  return view;
}

const depth = (state: State, view: View): number => {
  const below = state.views.get(view.previous ?? "");
  return below === undefined ? 1 : 1 + depth(state, below);
};

/** Changes a view; a hash that is no longer its own says that someone else was faster. */
export function changeView(state: State, view: View, { body, hash }: { body: Json; hash: string | undefined }): void {
  if (hash !== undefined && hash !== view.hash) throw new SlackError("hash_conflict");
  checkExternal(state, body, view);
  view.body = numbered(state, body);
  view.hash = hashOf(view);
  state.changed();
}

/** Takes a view away, and with "all" everything in its stack. */
export function closeView(state: State, view: View, which: "one" | "all"): void {
  for (const one of state.views.values())
    if (one.id === view.id || (which === "all" && one.root === view.root)) state.views.delete(one.id);
  state.changed();
}

/** Publishes a person's App Home. */
export function publishHome(
  state: State,
  { team, user, body, hash }: { team: string; user: string; body: Json; hash: string | undefined },
): View {
  const known = state.views.get(state.homes.get(`${team} ${user}`) ?? "");
  if (known !== undefined) {
    changeView(state, known, { body, hash });
    return known;
  }
  const id = state.clock.id("V");
  const view: View = {
    id,
    type: "home",
    team,
    user,
    root: id,
    previous: undefined,
    body: numbered(state, body),
    hash: "",
  };
  view.hash = hashOf(view);
  state.views.set(id, view);
  state.homes.set(`${team} ${user}`, id);
  state.changed();
  return view;
}

function checkExternal(state: State, body: Json, own: View | undefined): void {
  const { external_id: id } = body;
  if (typeof id !== "string" || id === "") return;
  for (const one of state.views.values())
    if (one !== own && one.body.external_id === id) throw new SlackError("duplicate_external_id");
}

/** Blocks without an id get one, as Slack gives them. */
function numbered(state: State, body: Json): Json {
  const blocks: readonly unknown[] = Array.isArray(body.blocks) ? body.blocks : [];
  return { ...body, blocks: blocks.map((one) => ({ block_id: state.clock.id("b"), ...Object(one) })) };
}

const hashOf = (view: View): string =>
  `${Math.floor(Date.now() / 1000)}.${createHash("md5").update(`${view.id}${Math.random()}`).digest("hex").slice(0, 8)}`;
