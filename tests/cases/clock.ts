import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../helpers/hearth.ts";
import type { Box } from "./box.ts";
import { cover, mustRun } from "./namespace.ts";

/** What every process of Hearth's begins with. */
const MAIN = join(root, "src/main.ts");

/**
 * Put before the program: time of day as the last line of the configuration has it, so many milliseconds from the machine's. The edge may
 * read no other file. Timers go on as they are.
 */
const TURNED = `
{
  const { readFileSync: read } = process.getBuiltinModule("node:fs");
  const Real = Date;
  let offset = 0;
  let lookedAt = -Infinity;
  const now = () => {
    if (performance.now() - lookedAt > 20) {
      lookedAt = performance.now();
      try {
        offset = Number(/^# clock (-?\\d+)$/m.exec(read("config/hearth.yaml", "utf8"))?.[1] ?? offset);
      } catch {}
    }
    return Real.now() + offset;
  };
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(now());
      else super(...given);
    }
    static now() {
      return now();
    }
  };
}
`;

/** The time of day in Hearth's processes. */
export interface Clock {
  /** Milliseconds since 1970, as Hearth sees it. */
  now(): number;
  set(at: number): void;
}

/** Makes Hearth's time of day one that can be set, for this namespace and until the box is taken down. Before the first start. */
export function openClock(box: Box): Clock {
  cover(MAIN, TURNED + readFileSync(MAIN, "utf8"), box.folder);
  box.undo.push(() => mustRun("umount", ["--lazy", MAIN]));
  return {
    now: () => Date.now() + box.clockOffset,
    set(at) {
      box.clockOffset = Math.round(at - Date.now());
    },
  };
}
