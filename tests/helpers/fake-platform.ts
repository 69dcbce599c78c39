import type { Audience, TalkMessage } from "../../src/chat.ts";
import type { Asked, ChatPlatform, Content, Desk, Given, Posted } from "../../src/bots/platform.ts";

/** What a test makes the platform do differently. */
export type PlatformScript = Partial<
  Pick<ChatPlatform, "start" | "clearance" | "fetchFile" | "history" | "recall" | "amend" | "mark">
> & {
  /** Called before a last state is there; where it rejects, it is not. */
  readonly beforeFinish?: (asked: Asked, content: Content) => Promise<void> | void;
};

/** A platform that posts nowhere and remembers what it was given. */
export interface FakePlatform extends ChatPlatform {
  /** The states shown for a question, and the last ones, by the id of the event. */
  shown(id: string): readonly Content[];
  finished(id: string): readonly Content[];
  /** The ids of the events whose answers were taken away. */
  readonly abandoned: string[];
  /** Resolves with the last state of a question when it is there. */
  whenFinished(id: string): Promise<Content>;
  /** Resolves when a state is shown that the test looks for. */
  whenShown(id: string, isIt: (content: Content) => boolean): Promise<Content>;
  readonly amended: (readonly [Given, Content])[];
  readonly marked: (readonly [Given, string])[];
  /** Everything that was posted, in order: by the id of the event. */
  readonly posts: (readonly [string, Content])[];
  readonly fetched: string[];
  desk(): Desk;
}

/** A platform of a test: everybody may read "public" there, and its messages are named after their questions. */
export function fakePlatform(script: PlatformScript = {}): FakePlatform {
  const shown = new Map<string, Content[]>();
  const finished = new Map<string, Content[]>();
  const waiters = new Set<() => void>();
  const amended: (readonly [Given, Content])[] = [];
  const marked: (readonly [Given, string])[] = [];
  const posts: (readonly [string, Content])[] = [];
  const fetched: string[] = [];
  const abandoned: string[] = [];
  let connected: Desk | undefined;
  const note = (to: Map<string, Content[]>, id: string, content: Content) => {
    to.set(id, [...(to.get(id) ?? []), content]);
    for (const look of waiters) look();
  };
  const when = <Found>(find: () => Found | undefined): Promise<Found> => {
    const { promise, resolve } = Promise.withResolvers<Found>();
    const look = () => {
      const found = find();
      if (found === undefined) return;
      waiters.delete(look);
      resolve(found);
    };
    waiters.add(look);
    look();
    return promise;
  };
  return {
    name: "discord",
    async start(desk, options) {
      connected = desk;
      await script.start?.(desk, options);
    },
    clearance: script.clearance ?? (async (): Promise<readonly Audience[]> => ["public"]),
    reply: (asked) => ({
      show: (content) => note(shown, asked.id, content),
      async finish(content, { signal }) {
        signal.throwIfAborted();
        await script.beforeFinish?.(asked, content);
        signal.throwIfAborted();
        posts.push([asked.id, content]);
        note(finished, asked.id, content);
        const posted: Posted = { id: `P${asked.id}`, conversation: asked.message.conversation };
        return [posted];
      },
      abandon: async () => void abandoned.push(asked.id),
    }),
    fetchFile: async (file, options) => {
      fetched.push(file.source);
      return (await script.fetchFile?.(file, options)) ?? new Uint8Array(file.bytes);
    },
    history: script.history ?? (() => pagesOf([])),
    recall: script.recall ?? (async () => undefined),
    async amend(given, content, options) {
      const posted = await script.amend?.(given, content, options);
      amended.push([given, content]);
      for (const look of waiters) look();
      return posted;
    },
    async mark(given, line, options) {
      await script.mark?.(given, line, options);
      marked.push([given, line]);
      for (const look of waiters) look();
    },
    [Symbol.asyncDispose]: async () => {},
    shown: (id) => shown.get(id) ?? [],
    finished: (id) => finished.get(id) ?? [],
    whenFinished: (id) => when(() => finished.get(id)?.at(-1)),
    whenShown: (id, isIt) => when(() => shown.get(id)?.find(isIt)),
    amended,
    marked,
    posts,
    fetched,
    abandoned,
    desk() {
      if (!connected) throw new Error("The platform was not started");
      return connected;
    },
  };
}

/** Pages of a history, as a platform gives them; the cursor is the number of the next page. */
export async function* pagesOf(
  pages: readonly (readonly TalkMessage[])[],
  from = 0,
): AsyncGenerator<{ readonly messages: readonly TalkMessage[]; readonly cursor: string }> {
  for (const [index, messages] of pages.entries()) {
    await Promise.resolve();
    if (index >= from) yield { messages, cursor: String(index + 1) };
  }
}
