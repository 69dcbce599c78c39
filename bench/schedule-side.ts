// The process that bench/schedule.ts starts and kills: the desk, its inbox, its ledger and two schedulers over Discord's adapter, with a
// clock that it is told.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openDiscord } from "../src/bots/discord/discord.ts";
import { openInbox } from "../src/bots/inbox-sqlite.ts";
import { createScheduler, type NewSchedule } from "../src/bots/schedule.ts";
import { openScheduleLedger } from "../src/bots/schedule-ledger.ts";
import { createDesk } from "../src/bots/serve.ts";
import { discordSchema } from "../src/config-discord.ts";
import { silentLog } from "../src/log.ts";
import { scriptedBrain } from "../tests/helpers/scripted-brain.ts";

/** What the process is told when it is started. */
export interface SideOptions {
  readonly folder: string;
  readonly api: string;
  readonly cdn: string;
  readonly token: string;
  readonly now: number;
  readonly schedules: readonly (NewSchedule & { readonly id: string })[];
}

/** What it is told then: the time, and whether to wait for all that comes of it. */
export interface Told {
  readonly now: number;
  readonly waits: boolean;
}

const options: SideOptions = JSON.parse(process.argv[2] ?? "{}");
const clock = { now: options.now };
const now = () => clock.now;
const log = silentLog();

const brain = scriptedBrain({
  keptTalk: async () =>
    options.schedules.map(({ place }) => ({
      ...place,
      since: "2020-01-01T00:00:00.000Z",
      by: "configuration",
      days: 180,
      messages: 9,
    })),
  digest: async ({ place, from, to }) => digestOf(`${place.channel} at ${to}`, { from: from ?? to, to }),
  digestNow: async (id) => digestOf(id, { from: new Date(0).toISOString(), to: new Date(0).toISOString() }),
});

/** A digest by which its run is known again. */
function digestOf(id: string, { from, to }: { readonly from: string; readonly to: string }) {
  const line = { text: `Run ${id}.`, sources: [{ id: "1", url: "https://discord.com/channels/1/2/3" }] } as const;
  return { id, kind: "picked", from, to, messages: 9, people: 2, groups: [{ kind: "topic", lines: [line] }] } as const;
}

const inbox = openInbox({ path: join(options.folder, "inbox.sqlite"), log, now });
// Discord's clock is the real one: what is planned is young to its adapter.
const young = <Sending extends object>(sending: Sending) => ({ ...sending, plannedAt: Date.now() });
const realTime = {
  ...inbox,
  plan: (job: string, part: number) => young(inbox.plan(job, part)),
  sendings: (job: string) => inbox.sendings(job).map(young),
};
const ledgers = [1, 2].map(() =>
  openScheduleLedger({ path: join(options.folder, "schedule.sqlite"), log, now: now() }),
);
const [ledger] = ledgers;
if (!ledger) throw new Error("There is no ledger");
ledger.configure(options.schedules, now());
const { api, cdn, token } = options;
const settings = { ...discordSchema.parse({ api, cdn }), token };
const discord = await openDiscord({ settings, inbox: realTime, brain, log, version: "0.0.0", linkHosts: [] });
const desk = createDesk({
  brain,
  inbox,
  ledger,
  platforms: [discord],
  settings: { ...settings, linkHosts: [], zone: "UTC" },
  log,
  now,
});
await desk.start({ signal: AbortSignal.timeout(60_000) });
while (!options.schedules.every(({ place }) => desk.keeps(place))) await delay(5);
const schedulers = ledgers.map((one) =>
  createScheduler({ platform: "discord", ledger: one, inbox, ask: (asked) => desk.ask(asked), log, now }),
);

process.on("message", (told: Told) => void tell(told).then(() => process.send?.({ done: told.now })));
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });

/** Both schedulers look, one after the other, in turns; then, where it is wanted, all is made and closed. */
async function tell({ now: at, waits }: Told): Promise<void> {
  clock.now = at;
  for (const scheduler of at % 2 === 0 ? schedulers : schedulers.toReversed()) scheduler.tick(at);
  if (!waits) return;
  while (inbox.open("discord").length > 0) await delay(1);
  // What has come to its end is closed.
  if (ledger && ledger.open("discord").length > 0) schedulers[0]?.tick(at);
}
