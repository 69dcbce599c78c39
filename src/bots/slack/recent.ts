/** Ids of a while ago at most. */
export interface Recent {
  has(id: string): boolean;
  add(id: string): void;
}

/** Remembers the last so many ids; `added` is told of each. */
export function createRecent({
  most = 10_000,
  added,
}: { readonly most?: number; readonly added?: (id: string) => void } = {}): Recent {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > most && oldest !== undefined) ids.delete(oldest);
      added?.(id);
    },
  };
}
