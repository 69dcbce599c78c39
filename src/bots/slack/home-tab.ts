import type { TalkPlace } from "../../chat.ts";
import { apologising } from "./apologising.ts";
import { homeView, type AboutTalk } from "./app-home.ts";
import { isChannel } from "./ids.ts";
import type { SlackInteractionTools } from "./interaction-tools.ts";
import { textOf, type Raw } from "./read.ts";

/** Slack offers at most four. */
const MOST_PROMPTS = 4;
const LONGEST_TITLE = 60;

/** The tabs of Hearth's own: what it knows and keeps, made anew when somebody looks, and what one could ask it. */
export function wireHome(tools: SlackInteractionTools): void {
  tools.app.event("app_home_opened", async ({ event, body }) => {
    const raw: Raw = { ...body };
    const at = { team: textOf(raw, "team_id") ?? "", user: event.user };
    const kind = `the tab ${event.tab}`;
    await apologising(tools, { kind, tell: () => Promise.resolve() }, () =>
      event.tab === "home" ? publish(at, tools) : suggest({ ...at, channel: event.channel }, tools),
    );
  });
}

interface Looker {
  readonly team: string;
  readonly user: string;
}

async function publish({ team, user }: Looker, tools: SlackInteractionTools): Promise<void> {
  const { brain, call, version, signal } = tools;
  const [status, talk] = await Promise.all([brain.status({ signal }), aboutTalk({ team, user }, tools)]);
  const view = homeView(status, { version, talk });
  await call.must(team, "views.publish", { user_id: user, view, team_id: team }, { signal });
}

/** The channels whose talk is kept and the digests by the clock, of those channels that the person is in. */
async function aboutTalk(
  { team, user }: Looker,
  { brain, desk, people, signal }: SlackInteractionTools,
): Promise<AboutTalk> {
  const [kept, channels] = await Promise.all([
    brain.keptTalk({ platform: "slack", space: team }, { signal }),
    people.channelsOf(team, user, { signal }),
  ]);
  const isOwn = ({ channel }: Pick<TalkPlace, "channel">) =>
    channels.some(({ id, isShared }) => id === channel && !isShared);
  const schedules = desk.schedules.of({ platform: "slack", space: team });
  return { kept: kept.filter(isOwn), schedules: schedules.filter(({ place }) => isOwn(place)) };
}

/** Where talk is kept of channels that the person is in, what was decided there is worth asking; the rest of what is offered stands in the manifest. */
async function suggest(
  { team, user, channel }: Looker & { readonly channel: string },
  tools: SlackInteractionTools,
): Promise<void> {
  const { people, call, signal } = tools;
  const { kept } = await aboutTalk({ team, user }, tools);
  if (kept.length === 0 || !isChannel(channel)) return;
  const known = await people.channelsOf(team, user, { signal });
  const named = kept.flatMap((place) => known.find(({ id }) => id === place.channel)?.name ?? []);
  const asked = ["What can you do?", ...named.map((name) => `What was decided in #${name} last week?`)];
  const prompts = asked.slice(0, MOST_PROMPTS).map((message) => ({ title: message.slice(0, LONGEST_TITLE), message }));
  await call.spare(team, "assistant.threads.setSuggestedPrompts", { channel_id: channel, prompts }, { signal });
}
