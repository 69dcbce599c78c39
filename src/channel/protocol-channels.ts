import { RequestType } from "vscode-jsonrpc/node";
import { z } from "zod";
import type { Forgotten } from "../brain/brain.ts";
import type { Digested, DigestRequest, KeptTalk } from "../brain/channel-brain.ts";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import { instant, LONGEST_MESSAGE, messageFields, name, platform, present } from "./wire.ts";

/** Messages that pass at once, to be kept or to be digested. */
export const MOST_HEARD = 500;
/** A hundred years: for ever, and what files of old chats need. */
const MOST_DAYS = 36_500;

const place = z.strictObject({ platform, space: name, channel: name });

const talkMessage = z
  .object({
    ...messageFields(z.string().max(LONGEST_MESSAGE)),
    editedAt: instant.optional(),
    reactions: z.int().min(0).optional(),
  })
  .transform(present);
const talk = z.array(talkMessage).max(MOST_HEARD);

const digestRequest = z
  .object({
    place,
    thread: name.optional(),
    from: instant.optional(),
    to: instant,
    reader: z.object({ id: name, name }).optional(),
    messages: talk.optional(),
    share: z.number().positive().max(1).optional(),
  })
  .transform(present);

/** What the core accepts from the edge about channels whose talk is kept, checked field by field. */
export const channelWire = {
  keepTalk: z.object({ place, by: name, days: z.number().positive().max(MOST_DAYS) }),
  dropTalk: z.object({ place }),
  keptTalk: z.strictObject({ platform, space: name.optional(), channel: name.optional() }).transform(present),
  hear: z.object({ messages: talk, complete: z.boolean().optional() }).transform(present),
  optOut: z.object({ person: z.object({ platform, space: name, personId: name }), isOut: z.boolean() }),
  digest: digestRequest,
  digestNow: z.object({ id: name }),
};

type Person = { readonly platform: TalkPlace["platform"]; readonly space: string; readonly personId: string };

/** What one can ask of channels, as `requests` in protocol.ts. */
export const channelRequests = {
  keepTalk: new RequestType<{ readonly place: TalkPlace; readonly by: string; readonly days: number }, KeptTalk, void>(
    "keepTalk",
  ),
  dropTalk: new RequestType<{ readonly place: TalkPlace }, Forgotten, void>("dropTalk"),
  keptTalk: new RequestType<Pick<TalkPlace, "platform"> & Partial<TalkPlace>, readonly KeptTalk[], void>("keptTalk"),
  hear: new RequestType<{ readonly messages: readonly TalkMessage[]; readonly complete?: boolean }, number, void>(
    "hear",
  ),
  optOut: new RequestType<{ readonly person: Person; readonly isOut: boolean }, Forgotten, void>("optOut"),
  digest: new RequestType<DigestRequest, Digested, void>("digest"),
  /** Null where it is not known. */
  digestNow: new RequestType<{ readonly id: string }, Digested | null, void>("digestNow"),
};
