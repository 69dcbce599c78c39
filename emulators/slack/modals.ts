import { isObject } from "./checks.ts";
import { checkOption } from "./elements.ts";
import { elementNamed, valuesOf, type Filled } from "./inputs.ts";
import type { Act } from "./interactions.ts";
import { readOrRefuse } from "./method.ts";
import type { Json, View } from "./model.ts";
import { installOfUser, payloadOf, placeOf } from "./payloads.ts";
import { known, SlackError, type State } from "./state.ts";
import { viewOf } from "./view-shapes.ts";
import { changeView, closeView, newTrigger, showModal } from "./views.ts";
import { viewObject } from "./message-wire.ts";

/** A suggestion that a person sees in a select with outside options. */
export interface Suggestion {
  readonly text: string;
  readonly value: string;
}

const blocksIn = (view: View): readonly unknown[] => (Array.isArray(view.body.blocks) ? view.body.blocks : []);

/** The modal that lies on top for a person. */
function top(state: State, by: string): View {
  const found = [...state.views.values()].findLast(({ user, type }) => user === by && type === "modal");
  if (found === undefined) throw new Error(`${by} sees no modal`);
  return found;
}

function base(state: State, by: string, view: View): { body: Json; triggerId: string } {
  const user = known(state.users, by, "user");
  const triggerId = newTrigger(state, { team: user.team, user: by, view: view.id });
  return { triggerId, body: payloadOf(state, { user, install: installOfUser(state, user, undefined), triggerId }) };
}

/** Typing into a select with outside options, in the modal on top or on a message. */
export interface Typing {
  readonly by: string;
  readonly action: string;
  readonly value: string;
  readonly in?: string;
  readonly message?: string;
}

/** What people do in modals. */
export function createModals(state: State) {
  return {
    /** Fills in the modal on top and submits it. What the answer says is done; its errors are in the outcome. */
    async submit({ by, values = {} }: { readonly by: string; readonly values?: Filled }): Promise<Act> {
      const view = top(state, by);
      const { body, triggerId } = base(state, by, view);
      const filled = viewObject(state, view, valuesOf(blocksIn(view), values));
      const submission = { ...body, type: "view_submission", view: filled, response_urls: [] };
      const outcome = await state.send({ type: "interactive", answers: true, body: submission });
      if (outcome.kind === "acked") followed(state, view, outcome.answer);
      return { ...outcome, triggerId, responseUrl: undefined };
    },
    /** Closes the modal on top; the app hears of it only if it asked to. */
    async dismiss(by: string): Promise<void> {
      const view = top(state, by);
      const { body } = base(state, by, view);
      closeView(state, view, "one");
      if (view.body.notify_on_close !== true) return;
      const closed = { ...body, type: "view_closed", view: viewObject(state, view), is_cleared: false };
      await state.send({ type: "interactive", answers: false, body: closed });
    },
    /** What is suggested; undefined where no answer came in time. */
    suggest: (typing: Typing): Promise<readonly Suggestion[] | undefined> => suggest(state, typing),
  };
}

async function suggest(
  state: State,
  { by, action, value, in: id, message: ts }: Typing,
): Promise<readonly Suggestion[] | undefined> {
  const channel = id === undefined ? undefined : known(state.channels, id, "channel");
  const view = channel === undefined ? top(state, by) : undefined;
  const blocks = view === undefined ? (channel?.timeline.get(ts ?? "")?.blocks ?? []) : blocksIn(view);
  const { block } = elementNamed(blocks, action);
  const user = known(state.users, by, "user");
  const payload = payloadOf(state, { user, install: installOfUser(state, user, channel), triggerId: "" });
  const onMessage = { container: { type: "message", message_ts: ts, channel_id: id } };
  const where =
    view === undefined
      ? { ...onMessage, ...(channel === undefined ? {} : { channel: placeOf(channel) }) }
      : { container: { type: "view", view_id: view.id }, view: viewObject(state, view) };
  const body = { ...payload, ...where, type: "block_suggestion", action_id: action, block_id: block, value };
  const outcome = await state.send({ type: "interactive", answers: true, body });
  return outcome.kind === "acked" ? optionsOf(state, outcome.answer) : undefined;
}

function followed(state: State, view: View, answer: unknown): void {
  const given = isObject(answer) ? answer : {};
  try {
    if (given.response_action === undefined) return closeView(state, view, "one");
    if (given.response_action === "clear") return closeView(state, view, "all");
    if (given.response_action === "errors") return checkErrors(view, given.errors);
    const body = readOrRefuse(viewOf("modal"), given.view, "/view");
    if (given.response_action === "update") return changeView(state, view, { body, hash: undefined });
    if (given.response_action === "push")
      return void showModal(state, { team: view.team, user: view.user, body, below: view });
    throw new SlackError("invalid_arguments", { strict: "no such response_action" });
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    state.transcript.violate("ack", error.strict ?? error.error);
  }
}

function checkErrors(view: View, errors: unknown): void {
  const inputs = blocksIn(view)
    .filter(isObject)
    .filter(({ type }) => type === "input")
    .map(({ block_id: id }) => id);
  const named = isObject(errors) ? Object.keys(errors) : [];
  if (named.length === 0 || named.some((id) => !inputs.includes(id)))
    throw new SlackError("invalid_arguments", { strict: "errors must name blocks with inputs" });
}

function optionsOf(state: State, answer: unknown): readonly Suggestion[] {
  const given = isObject(answer) ? answer : {};
  const groups: readonly unknown[] = Array.isArray(given.option_groups) ? given.option_groups : [];
  const inGroups = groups
    .filter(isObject)
    .flatMap((group): readonly unknown[] => (Array.isArray(group.options) ? group.options : []));
  const options: readonly unknown[] = Array.isArray(given.options) ? given.options : inGroups;
  const problems: { at: string; message: string }[] = [];
  if (options.length > 100) problems.push({ at: "/options", message: "must have no more than 100 items" });
  for (const [i, one] of options.entries()) checkOption(one, `/options/${i}`, problems);
  if (!Array.isArray(given.options) && !Array.isArray(given.option_groups))
    problems.push({ at: "/options", message: "is missing" });
  if (problems.length > 0) {
    // Slack then shows nothing at all.
    state.transcript.violate("ack", problems.map(({ at, message }) => `${at} ${message}`).join("; "));
    return [];
  }
  return options
    .filter(isObject)
    .map(({ text, value }) => ({ text: isObject(text) ? String(text.text) : "", value: String(value) }));
}
