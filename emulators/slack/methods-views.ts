import { text } from "./checks.ts";
import { method, type Method } from "./method.ts";
import type { Json, View } from "./model.ts";
import { userId } from "./shapes.ts";
import { SlackError } from "./state.ts";
import { homeArgument, modalArgument, viewArgument } from "./view-shapes.ts";
import { changeView, publishHome, showModal, useTrigger } from "./views.ts";
import { viewObject } from "./message-wire.ts";

const triggers = { trigger_id: text({ min: 1 }), interactivity_pointer: text({ min: 1 }) } as const;

const open = method("views.open", {
  tier: "tier4",
  required: { view: modalArgument },
  optional: triggers,
  answer({ state, args }): Json {
    const { team, user } = useTrigger(state, args.trigger_id ?? args.interactivity_pointer ?? "");
    return { view: viewObject(state, showModal(state, { team, user, body: args.view, below: undefined })) };
  },
});

const push = method("views.push", {
  tier: "tier4",
  required: { view: modalArgument },
  optional: triggers,
  answer({ state, args }): Json {
    const { team, user, view: below } = useTrigger(state, args.trigger_id ?? args.interactivity_pointer ?? "");
    if (below === undefined) throw new SlackError("not_found", { strict: "pushed where no modal is open" });
    return { view: viewObject(state, showModal(state, { team, user, body: args.view, below })) };
  },
});

const update = method("views.update", {
  tier: "tier4",
  required: { view: viewArgument },
  optional: { external_id: text({ max: 255 }), hash: text(), view_id: text() },
  answer({ state, args }): Json {
    const found: View | undefined =
      args.view_id === undefined
        ? [...state.views.values()].find(
            ({ body }) => args.external_id !== undefined && body.external_id === args.external_id,
          )
        : state.views.get(args.view_id);
    if (found === undefined) throw new SlackError("not_found");
    changeView(state, found, { body: args.view, hash: args.hash });
    return { view: viewObject(state, found) };
  },
});

const publish = method("views.publish", {
  tier: "tier4",
  required: { user_id: userId, view: homeArgument },
  optional: { hash: text() },
  answer({ state, team, args }): Json {
    const user = state.users.get(args.user_id);
    if (user === undefined || user.team !== team) throw new SlackError("invalid_arguments");
    return { view: viewObject(state, publishHome(state, { team, user: user.id, body: args.view, hash: args.hash })) };
  },
});

/** Modals and App Home. */
export const viewMethods: readonly Method[] = [open, push, update, publish];
