import type { LlamaContext, LlamaContextSequence, Token } from "node-llama-cpp";
import { sharedPrefix } from "./llama-prompt.ts";
import type { SavedStates } from "./llama-states.ts";

/** A saved state has to save at least this many tokens to be loaded, and a conversation to be saved. */
const WORTH_LOADING = 64;
const WORTH_SAVING = 256;
/** Bytes a millisecond that a disk gives, until it was seen (a slow SSD), and how much faster loading must be than evaluating. */
const DISK_BYTES_PER_MS = 300_000;
const FASTER = 2;
/** What the newest evaluation counts for the speed. */
const NEWEST = 0.3;

/** A sequence of the context, kept warm with what was evaluated on it last. */
export interface Slot {
  readonly sequence: LlamaContextSequence;
  readonly place: number;
  isBusy: boolean;
  usedAt: number;
}

export interface Slots {
  /** The free slot that holds most of a prompt already, made to hold its beginning. Its caller is the only one to use it until `release`. */
  take(tokens: readonly Token[]): Promise<Slot>;
  release(slot: Slot): void;
  /** Says how fast prompts are evaluated here, in tokens a millisecond. */
  learn(tokensPerMs: number): void;
  /** Saves the conversations that are warm and worth it, as before a pause. */
  saveAll(): Promise<void>;
  /** Removes what is warm. */
  clear(): Promise<void>;
}

/** All sequences of a context, and what is saved of others. There must be as many as are used at once. */
export function createSlots(context: LlamaContext, states: SavedStates | undefined): Slots {
  const slots = Array.from({ length: context.totalSequences }, (_, place): Slot => {
    return { sequence: context.getSequence(), place, isBusy: false, usedAt: 0 };
  });
  let speed: number | undefined;
  const keep = async ({ sequence }: Slot) => {
    if (states && isWorthSaving(sequence, { states, speed })) await states.save(sequence, "talk");
  };
  return {
    async take(tokens) {
      const slot = bestSlot(slots, tokens);
      if (!slot) throw new Error("Every sequence of the model is in use");
      slot.isBusy = true;
      try {
        await prepare(slot, { tokens, states, keep });
        return slot;
      } catch (error) {
        slot.isBusy = false;
        throw error;
      }
    },
    release(slot) {
      slot.isBusy = false;
      slot.usedAt = performance.now();
    },
    learn(tokensPerMs) {
      speed = speed === undefined ? tokensPerMs : (1 - NEWEST) * speed + NEWEST * tokensPerMs;
    },
    async saveAll() {
      for (const slot of slots) if (!slot.isBusy) await keep(slot);
    },
    async clear() {
      for (const { isBusy, sequence } of slots) if (!isBusy) await sequence.clearHistory();
    },
  };
}

/** Makes a slot hold the beginning of a prompt, from what it holds already or from what is saved; what it gives up is kept. */
async function prepare(
  slot: Slot,
  given: {
    readonly tokens: readonly Token[];
    readonly states: SavedStates | undefined;
    readonly keep: (slot: Slot) => Promise<void>;
  },
): Promise<void> {
  const { sequence } = slot;
  const { tokens, states, keep } = given;
  const held = sharedPrefix(sequence.contextTokens, tokens);
  if (held < sequence.contextTokens.length / 2) await keep(slot);
  const saved = states?.best(tokens);
  if (saved && saved.length >= held + WORTH_LOADING) await saved.load(sequence);
  // The last token is evaluated in any case: its result is the first token of the answer.
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
}

/** Whether a conversation comes back faster from the disk than by evaluating it again. */
function isWorthSaving(
  { contextTokens: { length } }: LlamaContextSequence,
  { states, speed }: { readonly states: SavedStates; readonly speed: number | undefined },
): boolean {
  const bytes = states.bytesPerToken();
  if (length < WORTH_SAVING || bytes === undefined || speed === undefined) return false;
  return (bytes / DISK_BYTES_PER_MS) * FASTER < 1 / speed;
}

/**
 * The slot whose conversation goes on; else one beside those that are busy, since llama.cpp evaluates only neighbouring sequences
 * together; else one that is empty, or has been idle longest.
 */
function bestSlot(slots: readonly Slot[], tokens: readonly Token[]): Slot | undefined {
  const free = slots.filter(({ isBusy }) => !isBusy);
  const busy = slots.filter(({ isBusy }) => isBusy);
  const held = free.map((slot) => ({ slot, shared: sharedPrefix(slot.sequence.contextTokens, tokens) }));
  const goesOn = held.filter(({ slot, shared }) => shared > 0 && shared * 2 >= slot.sequence.contextTokens.length);
  const best = goesOn.toSorted((one, other) => other.shared - one.shared)[0];
  if (best) return best.slot;
  const away = ({ place }: Slot) => Math.min(...busy.map((other) => Math.abs(other.place - place)), slots.length);
  const idleSince = ({ sequence, usedAt }: Slot) => (sequence.contextTokens.length === 0 ? 0 : usedAt);
  return free.toSorted((one, other) => away(one) - away(other) || idleSince(one) - idleSince(other))[0];
}
