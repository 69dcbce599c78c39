/** What was asked for, kept for a while; what failed is asked for again. */
export interface Memo<Value> {
  get(key: string, ask: () => Promise<Value>): Promise<Value>;
  clear(): void;
}

/** Keeps at most so many answers, each for so long from when it was asked for. */
export function createMemo<Value>({
  forMs,
  most = 5_000,
}: {
  readonly forMs: number;
  readonly most?: number;
}): Memo<Value> {
  const kept = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();
  return {
    get(key, ask) {
      const found = kept.get(key);
      if (found && found.until > Date.now()) return found.value;
      if (kept.size >= most) kept.clear();
      const one = { value: ask(), until: Date.now() + forMs };
      kept.set(key, one);
      one.value.catch(() => kept.get(key) === one && kept.delete(key));
      return one.value;
    },
    clear: () => kept.clear(),
  };
}
