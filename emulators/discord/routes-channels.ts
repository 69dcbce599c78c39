import { bool, maybe, oneOf, shape, snowflake, text, whole } from "./checks.ts";
import { channelOf, need, needToSend } from "./access.ts";
import { tellChannel, tellThread } from "./events.ts";
import type { Channel } from "./model.ts";
import { directChannel } from "./places.ts";
import { isThread, may, missingPermissions, refuse, unknownUser, type State } from "./state.ts";
import { route, type Route } from "./route.ts";
import { channelObject, threadFor } from "./wire.ts";

const name = text({ min: 1, max: 100 });
const archive = oneOf(60, 1440, 4320, 10_080);
const get = route("GET /channels/{channel}", {
  answer({ state, param }) {
    const channel = channelOf(state, param("channel"));
    return {
      status: 200,
      body: isThread(channel) ? threadFor(state, channel, state.bot.id) : channelObject(state, channel),
    };
  },
});

const modifyBody = shape({
  name: maybe(name),
  archived: maybe(bool),
  locked: maybe(bool),
  auto_archive_duration: maybe(archive),
  rate_limit_per_user: maybe(whole(0, 21_600)),
  topic: maybe(text({ max: 1024 })),
});

const modify = route("PATCH /channels/{channel}", {
  body: modifyBody,
  answer({ state, param, body }) {
    const channel = channelOf(state, param("channel"));
    const { thread } = channel;
    if (thread === undefined) need(state, channel, "MANAGE_CHANNELS");
    else if (thread.owner !== state.bot.id || body.locked !== undefined)
      needManager(state, channel, body.archived === false);
    channel.name = body.name ?? channel.name;
    channel.topic = body.topic ?? channel.topic;
    if (thread !== undefined) {
      if (body.archived !== undefined && body.archived !== thread.archived) thread.archiveChangedAt = Date.now();
      thread.archived = body.archived ?? thread.archived;
      thread.locked = body.locked ?? thread.locked;
      thread.autoArchive = body.auto_archive_duration ?? thread.autoArchive;
      tellThread(state, "UPDATE", channel);
    } else tellChannel(state, "UPDATE", channel);
    state.changed();
    return { status: 200, body: channelObject(state, channel) };
  },
});

/** Who manages threads may do all; who may write may take an unlocked one out of the archive. */
function needManager(state: State, channel: Channel, isUnarchiving: boolean): void {
  if (may(state, { user: state.bot.id, channel }, "MANAGE_THREADS")) return;
  if (!isUnarchiving || channel.thread?.locked === true) throw missingPermissions();
  needToSend(state, channel);
}

const dmBody = shape({ recipient_id: snowflake });

const dm = route("POST /users/@me/channels", {
  body: dmBody,
  answer({ state, body }) {
    const user = state.users.get(body.recipient_id);
    if (user === undefined) throw unknownUser();
    if (user.isBot) throw refuse(400, 50_007, "Cannot send messages to this user");
    return { status: 200, body: channelObject(state, directChannel(state, user.id)) };
  },
});

/** Channels and DMs. */
export const channelRoutes: readonly Route[] = [get, modify, dm];
