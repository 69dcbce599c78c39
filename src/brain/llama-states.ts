import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { sharedPrefix } from "./llama-prompt.ts";

/** What people said is kept no longer than this. */
const LONGEST_KEPT_MS = 24 * 60 * 60 * 1_000;
const SWEEP_MS = 10 * 60 * 1_000;

/** "rules": the beginning that all prompts share, which holds nobody's words. "talk": a conversation. */
type Kind = "rules" | "talk";

interface Entry {
  readonly kind: Kind;
  readonly path: string;
  readonly tokens: readonly number[];
  readonly bytes: number;
  readonly savedAt: number;
}

/** Evaluated prompts on disk, so that they need not be evaluated again. */
export interface SavedStates extends Disposable {
  /** How much of a prompt the best saved state holds, and how to load it; 0 where there is none. */
  best(tokens: readonly Token[]): { readonly length: number; load(sequence: LlamaContextSequence): Promise<void> };
  /** Saves what a sequence holds; the oldest conversations make room. */
  save(sequence: LlamaContextSequence, kind: Kind): Promise<void>;
  /** Bytes a token takes, as seen in what was saved; undefined before that. */
  bytesPerToken(): number | undefined;
  /** Removes all conversations. */
  forget(): void;
}

/**
 * States in a private folder. `key` names model, library and settings: a state of any other would crash the process, so those are
 * removed, as is one that was being loaded when the process died. Conversations go after a day.
 */
export function openStates(given: {
  readonly folder: string;
  readonly key: string;
  readonly maxBytes: number;
}): SavedStates {
  const folder = join(given.folder, createHash("sha256").update(given.key).digest("hex").slice(0, 16));
  for (const other of readdirSafely(given.folder)) {
    if (join(given.folder, other) !== folder) rmSync(join(given.folder, other), { recursive: true, force: true });
  }
  const kept = keepEntries(folder);
  const loadOnce = createLoader((entry) => kept.drop((one) => one === entry));
  const sweep = () => kept.drop(({ kind, savedAt }) => kind === "talk" && Date.now() - savedAt > LONGEST_KEPT_MS);
  sweep();
  const timer = setInterval(sweep, SWEEP_MS).unref();

  return {
    best(tokens) {
      const lengths = kept.all().map((entry) => sharedPrefix(entry.tokens, tokens));
      const length = Math.max(0, ...lengths);
      const entry = kept.all()[lengths.indexOf(length)];
      return { length, load: (sequence) => loadOnce(entry, sequence) };
    },
    async save(sequence, kind) {
      const path = join(folder, `${kind}-${hashOf(sequence.contextTokens)}`);
      if (kept.all().some((entry) => entry.path === path)) return;
      // Without room on the disk it is evaluated again, that is all.
      const saved = await write(sequence, { kind, path }).catch(() => removeFiles(path));
      if (saved) kept.add(saved, given.maxBytes);
    },
    bytesPerToken() {
      const last = kept.all().at(-1);
      return last && last.bytes / last.tokens.length;
    },
    forget: () => kept.drop(({ kind }) => kind === "talk"),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The entries of a folder, oldest first. */
function keepEntries(folder: string) {
  let entries = readEntries(folder);
  const drop = (isDropped: (entry: Entry) => boolean) => {
    for (const entry of entries.filter(isDropped)) removeFiles(entry.path);
    entries = entries.filter((entry) => !isDropped(entry));
  };
  return {
    all: (): readonly Entry[] => entries,
    drop,
    /** Conversations make room first, the oldest before the others. */
    add(added: Entry, maxBytes: number): void {
      entries = [...entries.filter(({ path }) => path !== added.path), added];
      while (sumOf(entries) > maxBytes && entries.length > 0) {
        const oldest = entries.find((entry) => entry.kind === "talk") ?? entries[0];
        drop((entry) => entry === oldest);
      }
    },
  };
}

/** Loads entries; what another is loading, or what cannot be loaded and is dropped, is evaluated again. */
function createLoader(drop: (entry: Entry) => void) {
  const loading = new Set<Entry>();
  return async (entry: Entry | undefined, sequence: LlamaContextSequence): Promise<void> => {
    if (!entry || loading.has(entry)) return;
    loading.add(entry);
    try {
      await load(entry, sequence);
    } catch {
      drop(entry);
      await sequence.clearHistory();
    } finally {
      loading.delete(entry);
    }
  };
}

async function write(sequence: LlamaContextSequence, { kind, path }: Pick<Entry, "kind" | "path">): Promise<Entry> {
  const tokens = sequence.contextTokens;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { fileSize: bytes } = await sequence.saveStateToFile(`${path}.part`);
  chmodSync(`${path}.part`, 0o600);
  renameSync(`${path}.part`, `${path}.state`);
  writeFileSync(`${path}.tokens`, Uint32Array.from(tokens), { mode: 0o600 });
  return { kind, path, tokens, bytes, savedAt: Date.now() };
}

async function load(entry: Entry, sequence: LlamaContextSequence): Promise<void> {
  // A file that kills the process is not there for the next one.
  renameSync(`${entry.path}.state`, `${entry.path}.loading`);
  await sequence.loadStateFromFile(`${entry.path}.loading`, { acceptRisk: true });
  renameSync(`${entry.path}.loading`, `${entry.path}.state`);
}

function readEntries(folder: string): Entry[] {
  const names = readdirSafely(folder);
  const whole = names.filter((name) => name.endsWith(".tokens") && names.includes(name.replace(/tokens$/, "state")));
  const kept = new Set(whole.flatMap((name) => [name, name.replace(/tokens$/, "state")]));
  for (const name of names) if (!kept.has(name)) rmSync(join(folder, name), { force: true });
  return whole
    .map((name): Entry => {
      const path = join(folder, name.replace(/\.tokens$/, ""));
      const { size, mtimeMs } = statSync(`${path}.state`);
      const kind = name.startsWith("rules-") ? "rules" : "talk";
      return { kind, path, tokens: readTokens(`${path}.tokens`), bytes: size, savedAt: mtimeMs };
    })
    .sort((one, other) => one.savedAt - other.savedAt);
}

function readTokens(path: string): number[] {
  const bytes = readFileSync(path);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readUInt32LE(index * 4));
}

function removeFiles(path: string): void {
  for (const ending of ["state", "tokens", "loading", "part"]) rmSync(`${path}.${ending}`, { force: true });
}

function readdirSafely(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hashOf(tokens: readonly Token[]): string {
  return createHash("sha256").update(Uint32Array.from(tokens)).digest("hex").slice(0, 32);
}

function sumOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}
