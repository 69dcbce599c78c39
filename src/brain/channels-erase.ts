import { readersOf, type TalkPlace } from "../chat.ts";
import type { MemoryScope } from "../memory/memory.ts";
import { DAY_MS, type TalkRecord } from "../memory/record.ts";
import type { AnswerScope, Forgotten, Revision } from "./brain.ts";
import type { ChannelBrain, Channels, Standing } from "./channel-brain.ts";
import type { Parts } from "./channels.ts";
import { messageIdIn, passageIdOf, talkDocument, talkPassage } from "./talk-passages.ts";

/** What follows edits and deletions in everything that was made of talk, and what tells what became of it. */
export function following(
  parts: Parts,
): Pick<ChannelBrain, "dropTalk" | "optOut"> & Pick<Channels, "revise" | "forget" | "standing"> {
  const { record, digests, now } = parts;
  const forget = async (of: AnswerScope) => {
    let lines = 0;
    const places: TalkPlace[] = [];
    try {
      // What was made of it goes first: if that fails, or is cut off, the next attempt still knows of which messages.
      const gone = record.forget(memoryScope(of), ({ place, ids }) => {
        places.push(place);
        lines += digests.erase(place, ids);
      });
      return { talk: gone.reduce((sum, { ids }) => sum + ids.length, 0), lines };
    } finally {
      // Of several places some may be done where the next fails.
      await tellGone(places, parts);
    }
  };
  return {
    forget,
    dropTalk: async (place, { signal }) => {
      signal.throwIfAborted();
      const lines = digests.drop(place);
      const talk = record.dropPlace(place);
      await tellGone([place], parts);
      return { ...NOTHING, talk, lines };
    },
    optOut: async ({ platform, space, personId }, { isOut, signal }) => {
      signal.throwIfAborted();
      record.optOut({ platform, space, personId }, isOut);
      return { ...NOTHING, ...(isOut && (await forget({ platform, space, askerId: personId }))) };
    },
    revise: async (revisions) => revise(revisions, parts),
    standing: (documentId, of, { clearance }) => {
      const place = record.places().find((one) => talkDocument(one) === documentId);
      if (!place || !clearance.includes(readersOf(place))) return of.map(() => "gone");
      return standingIn(documentId, of, { record, place, before: now() - place.days * DAY_MS });
    },
  };
}

/** Something was forgotten. Vectors hold no text, and follow at once; answers are looked at again, and what a model read goes. */
async function tellGone(places: readonly TalkPlace[], { meaning, onChanged, onForgotten }: Parts): Promise<void> {
  meaning?.follow("now");
  await Promise.all([onForgotten(), onChanged(places.map(talkDocument))]);
}

/** Digests go first, and also where the record knows nothing: an earlier attempt may have been cut off before them. */
function revise(revisions: readonly Revision[], { record, digests, meaning, onChanged }: Parts): number {
  const touched = record.places().flatMap((place) => {
    const own = revisions.filter((revision) => isIn(revision, place));
    if (own.length > 0) reviseDigests(own, { place, digests });
    return own.length > 0 ? [{ documentId: talkDocument(place), own }] : [];
  });
  if (touched.length === 0) return 0;
  const kept = record.revise(revisions);
  if (kept.length > 0) meaning?.follow();
  void onChanged(
    touched.map(({ documentId }) => documentId),
    touched.flatMap(({ documentId, own }) => own.map(({ id }) => passageIdOf(id, documentId))),
  );
  return kept.length;
}

const NOTHING: Forgotten = { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };

function memoryScope({ askerId, ...place }: AnswerScope): MemoryScope {
  return askerId === undefined ? place : { ...place, authorId: askerId };
}

/** Whether a message may be of a place: of its channel, or of a private thread that is a place of its own. */
function isIn({ conversation }: Revision, place: TalkPlace): boolean {
  const { platform, space, channel, thread } = conversation;
  return platform === place.platform && space === place.space && [channel, thread].includes(place.channel);
}

function reviseDigests(
  revisions: readonly Revision[],
  { place, digests }: { readonly place: TalkPlace; readonly digests: Parts["digests"] },
): void {
  const gone = revisions.flatMap(({ id, text }) => (text === undefined ? [id] : []));
  const edited = revisions.flatMap(({ id, text }) => (text === undefined ? [] : [{ id, text }]));
  if (gone.length > 0) digests.erase(place, gone);
  if (edited.length > 0) digests.edit(place, edited);
}

function standingIn(
  documentId: string,
  of: readonly { readonly passageId: string; readonly saidAt?: string }[],
  { record, place, before }: { readonly record: TalkRecord; readonly place: TalkPlace; readonly before: number },
): Standing[] {
  const ids = of.map(({ passageId }) => messageIdIn(passageId, documentId));
  const messages = new Map(record.messages(place, ids).map((message) => [message.id, message]));
  return of.map(({ saidAt }, at): Standing => {
    const message = messages.get(ids[at] ?? "");
    if (message) return talkPassage(message);
    return saidAt !== undefined && Date.parse(saidAt) < before ? "aged" : "gone";
  });
}
