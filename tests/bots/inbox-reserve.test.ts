import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { onReserve, openReserve } from "../../src/bots/inbox-reserve.ts";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { silentLog } from "../../src/log.ts";
import { asked } from "../contracts/inbox.ts";
import { scratch } from "../helpers/hearth.ts";

/** An inbox on a disk that is full as long as the reserve lies on it. */
function onFullDisk(path: string, { errcode = 13 } = {}) {
  const inbox = openInbox({ path: ":memory:", log: silentLog() });
  const reserve = openReserve(path);
  reserve.take();
  return onReserve(
    {
      ...inbox,
      accept(question) {
        if (existsSync(path)) throw Object.assign(new Error("database or disk is full"), { errcode });
        return inbox.accept(question);
      },
    },
    reserve,
  );
}

it("gives its room away where the disk is full, and takes it again later", () => {
  using place = scratch();
  const path = join(place.folder, "reserve");
  using inbox = onFullDisk(path);
  expect(statSync(path).size).toBe(1_000_000);
  expect(inbox.accept(asked())?.asked.id).toBe("1000");
  expect(existsSync(path)).toBe(false);
  inbox.prune(Date.now());
  expect(existsSync(path)).toBe(true);
});

it("stays where something else is wrong", () => {
  using place = scratch();
  const path = join(place.folder, "reserve");
  using inbox = onFullDisk(path, { errcode: 10 });
  expect(() => inbox.accept(asked())).toThrow("full");
  expect(existsSync(path)).toBe(true);
});

it("lies beside an inbox on the disk", () => {
  using place = scratch();
  const path = join(place.folder, "inbox.sqlite");
  using inbox = openInbox({ path, log: silentLog() });
  expect(inbox.open("discord")).toEqual([]);
  expect(existsSync(`${path}.reserve`)).toBe(true);
});
