import { createCall, type Call } from "../../../src/bots/slack/call.ts";
import { identifyAll } from "../../../src/bots/slack/connect.ts";
import { createInstalls } from "../../../src/bots/slack/installs.ts";
import { createMessages } from "../../../src/bots/slack/messages.ts";
import { docsModal } from "../../../src/bots/slack/modal-docs.ts";
import { homeView } from "../../../src/bots/slack/app-home.ts";
import { createPeople } from "../../../src/bots/slack/people.ts";
import { codeOf } from "../../../src/bots/slack/refusal.ts";
import { createScheduler } from "../../../src/bots/slack/scheduler.ts";
import { toMessage } from "../../../src/bots/slack/to-slack.ts";
import { silentLog } from "../../../src/log.ts";
import { readyStatus } from "../../helpers/scripted-brain.ts";
import { WIDE } from "./slack-world.ts";

/** Where the calls go, and whom and what they are about. `channels`: one of each kind that there is. */
export interface Ground {
  readonly api: string;
  readonly token: string;
  readonly user: string;
  readonly channels: readonly string[];
  readonly trigger?: () => Promise<string>;
  /** Streams, the line of what goes on, and lists that a server may not know. */
  readonly isWhole: boolean;
}

const { signal } = new AbortController();

/** Makes every call that Hearth makes, by the code that makes it; gives what Slack said to each: "ok", or its error. */
export async function makeOurCalls(ground: Ground): Promise<ReadonlyMap<string, string>> {
  const { api, token, user, isWhole } = ground;
  const log = silentLog();
  const installs = createInstalls();
  await identifyAll(
    { settings: { api, botTokens: [{ variable: "SLACK_BOT_TOKEN", token }] }, installs, log },
    { signal },
  );
  const [team = ""] = installs.teams();
  const calling = { installs, log, api, waited: () => {}, tokenGone: () => {} };
  const call = createCall({ ...calling, scheduler: createScheduler(WIDE) });
  const said = new Map<string, string>();
  const attempt = async <Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      const result = await work();
      said.set(name, "ok");
      return result;
    } catch (error) {
      said.set(name, codeOf(error) ?? String(error));
      return undefined;
    }
  };
  const people = createPeople(call);
  await attempt("users.info", () => people.user(team, user, { signal }));
  await attempt("users.list", () => call.must(team, "users.list", { limit: 1_000 }, { signal }));
  for (const channel of ground.channels) await inChannel({ call, team, channel, user }, attempt);
  await attempt("conversations.open", () => createMessages(call).openDirect(team, user, { signal }));
  const view = homeView(readyStatus, { version: "0.1.0", talk: { kept: [], schedules: [] } });
  await attempt("views.publish", () => call.must(team, "views.publish", { user_id: user, view }, { signal }));
  if (ground.trigger) {
    const modal = docsModal({ channel: ground.channels[0] ?? "", respond: "https://hooks.slack.com/x", at: 0 });
    const args = { trigger_id: await ground.trigger(), view: modal };
    await attempt("views.open", () => call.must(team, "views.open", args, { signal }));
  }
  if (isWhole) await growing({ call, team, channel: ground.channels[0] ?? "", user }, attempt);
  return said;
}

interface Spot {
  readonly call: Call;
  readonly team: string;
  readonly channel: string;
  readonly user: string;
}

type Attempt = <Result>(name: string, work: () => Promise<Result>) => Promise<Result | undefined>;

async function inChannel({ call, team, channel, user }: Spot, attempt: Attempt): Promise<void> {
  const messages = createMessages(call);
  const people = createPeople(call);
  const body = toMessage({ markdown: "**28 days** [1]", buttons: [{ kind: "up", answerId: "a1" }] });
  const mark = { type: "hearth_answer", payload: { job: "job1", part: 0 } } as const;
  const spot = { team, channel };
  await attempt(`conversations.info ${channel}`, () => people.channel(team, channel, { signal }));
  await attempt(`conversations.members ${channel}`, () =>
    call.must(team, "conversations.members", { channel, limit: 1_000 }, { signal }),
  );
  const ts = await attempt(`chat.postMessage ${channel}`, () => messages.post(spot, body, { mark, signal }));
  const page = await attempt(`conversations.history ${channel}`, () => messages.page(spot, { signal }));
  for (const { id: file } of page?.messages.flatMap(({ files }) => files) ?? [])
    await attempt("files.info", () => call.must(team, "files.info", { file }, { signal }));
  if (ts === undefined) return;
  await attempt(`conversations.replies ${channel}`, () => messages.page({ ...spot, thread: ts }, { signal }));
  await attempt(`chat.update ${channel}`, () => messages.edit(spot, ts, body, { mark, signal }));
  const hidden = { channel, user, ...body, parse: "none" };
  await attempt(`chat.postEphemeral ${channel}`, () => call.must(team, "chat.postEphemeral", hidden, { signal }));
  await attempt(`chat.delete ${channel}`, () => messages.remove(spot, ts, { signal }));
}

async function growing({ call, team, channel, user }: Spot, attempt: Attempt): Promise<void> {
  const body = toMessage({ markdown: "Leave?", buttons: [] });
  const mark = { type: "hearth_answer", payload: { job: "job2", part: 0 } } as const;
  const thread = await attempt("root", () => createMessages(call).post({ team, channel }, body, { mark, signal }));
  const status = { channel_id: channel, thread_ts: thread, status: "is looking …" };
  await attempt("assistant.threads.setStatus", () =>
    call.must(team, "assistant.threads.setStatus", status, { signal }),
  );
  const start = { channel, thread_ts: thread, recipient_user_id: user, recipient_team_id: team, markdown_text: "28" };
  const begun = await attempt("chat.startStream", () => call.must(team, "chat.startStream", start, { signal }));
  const ts = begun?.["ts"];
  const more = { channel, ts, markdown_text: " days" };
  await attempt("chat.appendStream", () => call.must(team, "chat.appendStream", more, { signal }));
  await attempt("chat.stopStream", () => call.must(team, "chat.stopStream", { channel, ts }, { signal }));
  const pane = await createMessages(call)
    .openDirect(team, user, { signal })
    .catch(() => channel);
  const prompts = [{ title: "What can you do?", message: "What can you do?" }];
  await attempt("assistant.threads.setSuggestedPrompts", () =>
    call.must(team, "assistant.threads.setSuggestedPrompts", { channel_id: pane, prompts }, { signal }),
  );
  const all = { types: "public_channel,private_channel,mpim,im", limit: 200 };
  await attempt("users.conversations", () => call.must(team, "users.conversations", all, { signal }));
}
