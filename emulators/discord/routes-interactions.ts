import { boolText, maybe, shape } from "./checks.ts";
import { answerInteraction, answerOf, deleteAnswer, editAnswer, followUp } from "./answers.ts";
import { callbackBody } from "./interaction-shapes.ts";
import type { Interaction } from "./interaction.ts";
import { webhookBody, webhookEditBody } from "./message-shapes.ts";
import { messageObject } from "./message-wire.ts";
import type { Message } from "./model.ts";
import { refuse, type State } from "./state.ts";
import { route, StrictError, type Call, type Reply, type Route } from "./route.ts";
import { now } from "./transcript.ts";

const shown = (state: State, message: Message): Reply => ({
  status: 200,
  body: messageObject(state, message, true),
  message: message.id,
});

const callbackQuery = shape({ with_response: maybe(boolText) });

const callback = route("POST /interactions/{interaction}/{token}/callback", {
  auth: false,
  query: callbackQuery,
  body: callbackBody,
  files: true,
  answer({ state, param, query, body, files }) {
    const interaction = state.interactions.get(param("token"));
    if (interaction === undefined || interaction.id !== param("interaction"))
      throw refuse(404, 10_062, "Unknown interaction");
    if (body === undefined) throw new StrictError("type: missing");
    answerInteraction(state, interaction, { body, files });
    const { original } = interaction;
    const hasMessage = original !== undefined && [4, 5, 7].includes(body.type);
    if (query.with_response !== true) return { status: 204, ...(hasMessage ? { message: original.id } : {}) };
    return {
      status: 200,
      body: {
        interaction: {
          id: interaction.id,
          type: interaction.type,
          ...(hasMessage
            ? {
                response_message_id: original.id,
                response_message_loading: interaction.state === "deferred",
                response_message_ephemeral: interaction.ephemeral,
              }
            : {}),
        },
        ...(hasMessage
          ? { resource: { type: body.type, message: messageObject(state, original, true) } }
          : { resource: { type: body.type } }),
      },
      ...(hasMessage ? { message: original.id } : {}),
    };
  },
});

/** The interaction of a live token that has been answered once: what webhooks work on. */
function live({ state, param }: Pick<Call<unknown, unknown>, "state" | "param">): Interaction {
  const interaction = state.interactions.get(param("token"));
  const isUnknown = interaction === undefined || interaction.state === "waiting" || interaction.state === "late";
  if (param("application") !== state.application.id || isUnknown) throw refuse(404, 10_015, "Unknown Webhook");
  if (now() > interaction.tokenEndsAt) throw refuse(401, 50_027, "Invalid Webhook Token");
  return interaction;
}

const followQuery = shape({ wait: maybe(boolText), with_components: maybe(boolText) });

const follow = route("POST /webhooks/{application}/{token}", {
  auth: false,
  query: followQuery,
  body: webhookBody,
  files: true,
  answer: (call) => shown(call.state, followUp(call.state, live(call), { draft: call.body, files: call.files })),
});

const get = route("GET /webhooks/{application}/{token}/messages/{message}", {
  auth: false,
  answer: (call) => shown(call.state, answerOf(call.state, live(call), call.param("message"))),
});

const editQuery = shape({ with_components: maybe(boolText) });

const edit = route("PATCH /webhooks/{application}/{token}/messages/{message}", {
  auth: false,
  query: editQuery,
  body: webhookEditBody,
  files: true,
  answer(call) {
    const interaction = live(call);
    const message = answerOf(call.state, interaction, call.param("message"));
    editAnswer(call.state, interaction, { message, draft: call.body, files: call.files });
    return shown(call.state, message);
  },
});

const remove = route("DELETE /webhooks/{application}/{token}/messages/{message}", {
  auth: false,
  answer(call) {
    const interaction = live(call);
    deleteAnswer(call.state, interaction, answerOf(call.state, interaction, call.param("message")));
    return { status: 204 };
  },
});

/** Responses to interactions, and what may follow them. */
export const interactionRoutes: readonly Route[] = [callback, follow, get, edit, remove];
