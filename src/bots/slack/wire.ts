import type { Brain } from "../../brain/brain.ts";
import type { SlackSettings } from "../../config-slack.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import { createNewest } from "../newest.ts";
import type { Desk } from "../platform.ts";
import { createCall, type Call } from "./call.ts";
import { createClearance, type ClearanceOf } from "./clearance.ts";
import { followGaps, type Gaps } from "./gaps.ts";
import type { Install, Installs } from "./installs.ts";
import { createIntake, type Intake } from "./intake.ts";
import { createKept, type Kept } from "./kept.ts";
import { createMarks, type Marks } from "./marks.ts";
import type { SlackMessage } from "./message.ts";
import { createMessages, type Messages } from "./messages.ts";
import { createNames, type Names } from "./names.ts";
import { createPeople, type People } from "./people.ts";
import { createPlaces } from "./places.ts";
import { createReceiver, type Receiver } from "./receive.ts";
import { createRecent, type Recent } from "./recent.ts";
import { createScheduler, type Rates } from "./scheduler.ts";
import { followShared, type Shared } from "./shared.ts";

/** What is counted while Slack is open. */
export interface SlackCounts {
  connections: number;
  malformed: number;
  refused: number;
  waits: number;
  rateLimitedEvents: number;
}

/** Nothing yet. */
export function noCounts(): SlackCounts {
  return { connections: 0, malformed: 0, refused: 0, waits: 0, rateLimitedEvents: 0 };
}

/** What everything is wired with. */
export interface Wiring {
  readonly settings: SlackSettings;
  readonly inbox: Inbox;
  readonly brain: Brain;
  readonly log: Log;
  readonly desk: Desk;
  readonly installs: Installs;
  readonly counts: SlackCounts;
  readonly rates?: Rates | undefined;
  /** Between two tries of what could not be read after a gap, where not as usual. */
  readonly readAgainMs?: number | undefined;
  readonly installGone: (install: Install) => void;
  readonly signal: AbortSignal;
}

/** A reply that is being written: `leave` ends all that it shows by itself, for another one goes on with the same question. */
export interface Unfinished {
  readonly takeBack: () => void;
  readonly leave: () => void;
}

/** All parts, between Slack's events and the desk. */
export interface Wired {
  readonly call: Call;
  readonly messages: Messages;
  readonly people: People;
  readonly names: Names;
  readonly clearanceOf: ClearanceOf;
  readonly receiver: Receiver;
  readonly intake: Intake;
  readonly deleted: Recent;
  /** Replies that are being written, by their question: what takes them back where that is deleted. */
  readonly unfinished: Map<string, Unfinished>;
  readonly gaps: Gaps;
  readonly desk: Desk;
  /** The inbox, with which Slack's own notes are forgotten too. */
  readonly inbox: Inbox;
  readonly marks: Marks;
  readonly kept: Kept;
}

/** Puts the parts together; nothing is connected yet. */
export function wire(wiring: Wiring): Wired {
  const { settings, log, installs, counts, signal } = wiring;
  const call = createCall({
    installs,
    scheduler: createScheduler(wiring.rates),
    log,
    api: settings.api,
    waited: () => counts.waits++,
    tokenGone: wiring.installGone,
  });
  const messages = createMessages(call);
  const people = createPeople(call);
  const kept = createKept(wiring.inbox);
  const inbox = withKept(wiring.inbox, kept);
  const [marks, places] = [createMarks(inbox), createPlaces(inbox)];
  const unfinished = new Map<string, Unfinished>();
  const deleted = createRecent({ added: (id) => unfinished.get(id)?.takeBack() });
  const shared = followShared({ desk: wiring.desk, people, log, signal });
  const desk = deskWith(wiring.desk, { kept, shared });
  const names = createNames({ call, signal });
  const edited = createNewest<SlackMessage>(({ editedTs = "" }) => editedTs);
  const receiver = createReceiver({ desk, installs, places, marks, names, deleted, edited, settings, log });
  const clearanceOf = createClearance({ installs, people, settings });
  const intake = createIntake({
    ...wiring,
    inbox,
    desk,
    receiver,
    places,
    marks,
    deleted,
    edited,
    shared,
    rightsChanged: () => people.forget(),
  });
  const gaps = followGaps({ ...wiring, desk, call, messages, places, marks, kept, deleted, shared, receiver, people });
  const rights = { people, clearanceOf };
  const saying = { call, messages, names, receiver, intake, deleted, unfinished };
  return { ...rights, ...saying, gaps, desk, inbox, marks, kept };
}

/** The inbox, with which it is forgotten too which messages were asked in. */
function withKept(inbox: Inbox, kept: Kept): Inbox {
  return {
    ...inbox,
    forget(of) {
      kept.forget(of);
      return inbox.forget(of);
    },
  };
}

/** The desk, which learns of no talk in shared channels, and whose questions are known again after a stop. */
function deskWith(desk: Desk, { kept, shared }: { readonly kept: Kept; readonly shared: Shared }): Desk {
  return {
    ...desk,
    keeps: (place) => !shared.has(place.channel) && desk.keeps(place),
    ask(asked) {
      kept.add(asked);
      return desk.ask(asked);
    },
  };
}
