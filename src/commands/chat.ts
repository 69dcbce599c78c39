import { createInterface, type Interface } from "node:readline/promises";
import { toPlainLine } from "../bots/terminal/plain.ts";
import type { Brain } from "../brain/brain.ts";
import { LONGEST_TEXT } from "../channel/protocol.ts";
import type { Answer, Audience, Turn } from "../chat.ts";
import { UserError } from "../user-error.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import type { Surroundings } from "./command.ts";
import { followEarlierAnswers, type EarlierAnswers } from "./earlier-answers.ts";
import { INTERRUPTED_EXIT, unlessInterrupted } from "./interrupted.ts";
import { checkQuestion, openLiveAnswer, putQuestion } from "./put-question.ts";
import { write } from "./write.ts";

/** Earlier turns sent along: follow-ups lean on what was said just before. */
const REMEMBERED_TURNS = 10;

const HELP = `Ask a question in plain words. A follow-up may lean on what was asked before.
  /new   forget what was said, and start again
  /help  this text
  /quit  leave (so does Ctrl-D; Ctrl-C stops the question in hand)
`;

interface Chat {
  readonly brain: Brain;
  readonly surroundings: Surroundings;
  readonly clearance: readonly Audience[];
  readonly isInteractive: boolean;
  readonly lines: Interface;
}

/**
 * `hearth chat`: brings the index up to date, then answers line by line until the end of the input, /quit or Ctrl-C at the prompt.
 * Where input or output is no terminal there is no prompt, and each question is repeated before its answer.
 */
export async function runChat(
  { clearance }: { readonly clearance: readonly Audience[] },
  { brain, surroundings }: { readonly brain: Brain; readonly surroundings: Surroundings },
): Promise<number> {
  const { signal, in: input, out, isTerminal } = surroundings;
  return unlessInterrupted(signal, async () => {
    await bringUpToDate(brain, surroundings);
    const isInteractive: boolean = isTerminal && "isTTY" in input && input.isTTY === true;
    if (isInteractive) await write(out, "Ask a question; /help says more.\n\n", { signal });
    const lines = createInterface({ input, output: out, terminal: isInteractive, prompt: "› " });
    const close = () => lines.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      await converse({ brain, surroundings, clearance, isInteractive, lines });
    } finally {
      signal.removeEventListener("abort", close);
      lines.close();
    }
    return signal.aborted ? INTERRUPTED_EXIT : 0;
  });
}

async function converse(chat: Chat): Promise<void> {
  const { lines, isInteractive, surroundings } = chat;
  const say = (text: string) => write(surroundings.out, text, surroundings);
  const prompt = () => {
    if (isInteractive) lines.prompt();
  };
  let inHand: AbortController | undefined;
  let turns: readonly Turn[] = [];
  const earlier = followEarlierAnswers(chat.brain, surroundings);
  // In a terminal readline takes Ctrl-C as a key, so that it stops a question without stopping Hearth.
  lines.on("SIGINT", () => (inHand ? inHand.abort() : lines.close()));
  prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === "/quit") break;
    if (text === "/new") {
      turns = [];
      earlier.clear();
      await say("A new conversation.\n\n");
    } else if (text.startsWith("/")) {
      await say(text === "/help" ? `${HELP}\n` : "There is no such command; /help names them.\n\n");
    } else if (text !== "") {
      inHand = new AbortController();
      turns = await reply(text, { chat, turns, earlier, stop: inHand.signal, say });
      inHand = undefined;
      await say(await earlier.changed());
    }
    prompt();
  }
  if (isInteractive) await say("\n");
}

/** Answers one line, and gives the turns to remember. A question that fails or is stopped is not remembered. */
async function reply(
  text: string,
  given: {
    readonly chat: Chat;
    readonly turns: readonly Turn[];
    readonly earlier: EarlierAnswers;
    readonly stop: AbortSignal;
    readonly say: (text: string) => Promise<void>;
  },
): Promise<readonly Turn[]> {
  const { chat, turns, earlier, stop, say } = given;
  const { brain, surroundings, clearance, isInteractive } = chat;
  const signal = AbortSignal.any([surroundings.signal, stop]);
  await say(isInteractive ? "\n" : `› ${toPlainLine(text)}\n\n`);
  await earlier.catchUp({ signal });
  const live = await openLiveAnswer(brain, surroundings);
  const after = (words: string) =>
    [
      ...turns,
      { role: "user", text } as const,
      { role: "assistant", text: words.slice(0, LONGEST_TEXT) } as const,
    ].slice(-REMEMBERED_TURNS);
  try {
    const asked = { brain, surroundings, turns, clearance, signal, onProgress: live.onProgress };
    const answered = await putQuestion(checkQuestion(text), asked);
    earlier.add({ id: answered.id, question: text });
    await say(`${live.rest(answered)}\n`);
    return after(said(answered.answer));
  } catch (error) {
    surroundings.signal.throwIfAborted();
    const standing = live.stopped();
    if (stop.aborted) await say("\nStopped.\n\n");
    else if (error instanceof UserError) await say(`${error.message}\n\n`);
    else surroundings.err.write(`This question could not be answered: ${reasonOf(error)}\n`);
    if (standing) await say(`${standing.rest}\n`);
    return standing ? after(standing.words) : turns;
  }
}

function said(answer: Answer): string {
  if (answer.kind === "unknown") return "Not in the docs.";
  return answer.kind === "quoted" ? answer.quotes.map((quote) => quote.text).join(" ") : answer.text;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "the log says why";
}
