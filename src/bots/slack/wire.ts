import type { Brain } from "../../brain/brain.ts";
import type { SlackSettings } from "../../config-slack.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Desk } from "../platform.ts";
import { createCall, type Call } from "./call.ts";
import { createClearance, type ClearanceOf } from "./clearance.ts";
import { followGaps, type Gaps } from "./gaps.ts";
import type { Install, Installs } from "./installs.ts";
import { createIntake, type Intake } from "./intake.ts";
import { createKept, type Kept } from "./kept.ts";
import { createMarks, type Marks } from "./marks.ts";
import { createMessages, type Messages } from "./messages.ts";
import { createNames } from "./names.ts";
import { createPeople, type People } from "./people.ts";
import { createPlaces } from "./places.ts";
import { createReceiver, type Receiver } from "./receive.ts";
import { createRecent, type Recent } from "./recent.ts";
import { createScheduler, type Rates } from "./scheduler.ts";

/** What is counted while Slack is open. */
export interface SlackCounts {
  connections: number;
  malformed: number;
  refused: number;
  waits: number;
  rateLimitedEvents: number;
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
  readonly clearanceOf: ClearanceOf;
  readonly receiver: Receiver;
  readonly intake: Intake;
  readonly deleted: Recent;
  /** Replies that are being written, by their question: what takes them back where that is deleted. */
  readonly unfinished: Map<string, Unfinished>;
  readonly gaps: Gaps;
  readonly desk: Desk;
  readonly marks: Marks;
  readonly kept: Kept;
}

/** Puts the parts together; nothing is connected yet. */
export function wire(wiring: Wiring): Wired {
  const { settings, inbox, log, installs, counts, signal } = wiring;
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
  const [marks, kept, places] = [createMarks(inbox), createKept(inbox), createPlaces(inbox)];
  const unfinished = new Map<string, Unfinished>();
  const deleted = createRecent({ added: (id) => unfinished.get(id)?.takeBack() });
  const desk: Desk = {
    ...wiring.desk,
    ask(asked) {
      kept.add(asked);
      return wiring.desk.ask(asked);
    },
  };
  const names = createNames({ call, signal });
  const receiver = createReceiver({ desk, installs, places, marks, names, settings, log });
  const clearanceOf = createClearance({ installs, people, settings });
  const intake = createIntake({
    ...wiring,
    desk,
    receiver,
    places,
    marks,
    deleted,
    rightsChanged: () => people.forget(),
  });
  const gaps = followGaps({ ...wiring, desk, call, messages, places, marks, kept, deleted, receiver, people });
  return { call, messages, people, clearanceOf, receiver, intake, deleted, unfinished, gaps, desk, marks, kept };
}
