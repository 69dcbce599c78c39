import { requestFor } from "../../../emulators/slack/http-carrier.ts";
import { z } from "zod";
import type { Inbound, Written } from "../acme.ts";
import type { SlackWorld } from "./world.ts";

/** What tells of a message that asks Hearth something, as Slack sends it. */
interface Telling {
  readonly message: Written;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A message that Slack has not told of, and the event that tells of it, with the raw fields of a case in place of its own: `event_id`, or
 * the `channel` and `text` of the event.
 */
export function untoldMessage(world: SlackWorld, raw: Readonly<Record<string, unknown>>): Telling {
  const { emulator, team, person, place } = world;
  const {
    text = "hello",
    event_id: eventId,
    channel,
  } = z
    .object({ text: z.string().optional(), event_id: z.string().optional(), channel: z.string().optional() })
    .parse(raw);
  const where = place("C_GENERAL");
  const words = `<@${team.bot}> ${text}`;
  // Nothing tells of it but what the case sends.
  emulator.deliveries.disorder({ copies: () => 0 });
  const ts = emulator.say({ by: person("eve"), in: where, text: words });
  emulator.deliveries.disorder({});
  const event = {
    type: "app_mention",
    user: person("eve"),
    team: team.id,
    text: words,
    ts,
    event_ts: ts,
    channel: channel ?? where,
  };
  const body = {
    token: "verification-token",
    team_id: team.id,
    context_team_id: team.id,
    api_app_id: emulator.appId,
    event,
    type: "event_callback",
    event_id: eventId ?? `Ev${ts.replace(".", "")}`,
    event_time: Math.floor(Number(ts)),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: team.bot, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
  return { message: { id: ts, in: where }, body };
}

/** The envelope in which an event comes by a socket; each time it has an id of its own. */
export function envelopeOf(body: Telling["body"], attempt: number): string {
  return JSON.stringify({
    envelope_id: crypto.randomUUID(),
    payload: body,
    type: "events_api",
    accepts_response_payload: false,
    retry_attempt: attempt,
    retry_reason: attempt === 0 ? "" : "timeout",
  });
}

const inbound = z.object({
  body: z.record(z.string(), z.unknown()).default({}),
  sign: z.object({ secret: z.string().optional(), age_s: z.number().default(0) }).optional(),
  tamper: z.enum(["append_space"]).optional(),
});

/** A request to Hearth's port as the case signs it; what it tells of is a message that asks something. */
export function inboundRequest(
  world: SlackWorld,
  given: Readonly<Record<string, unknown>>,
  { url }: { readonly url: string },
): Inbound {
  const { body, sign, tamper } = inbound.parse(given);
  const telling = untoldMessage(world, body);
  const { secret, age_s: age } = sign ?? { secret: undefined, age_s: 0 };
  const unsigned = { "x-slack-signature": undefined, "x-slack-request-timestamp": undefined };
  const request = requestFor(
    { type: "events_api", body: telling.body, answers: false },
    { events: url, interactivity: url, commands: url },
    {
      secret: world.emulator.signingSecret,
      forgery: { age, ...(secret !== undefined && { secret }), ...(!sign && { headers: unsigned }) },
    },
  );
  return { ...request, body: tamper ? `${request.body} ` : request.body, message: telling.message };
}
