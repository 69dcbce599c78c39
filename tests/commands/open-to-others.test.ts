import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openToOthers } from "../../src/commands/open-to-others.ts";
import { scratch } from "../helpers/hearth.ts";

it("names what everybody may read, and how that is mended", () => {
  using place = scratch({ "data/inbox.sqlite": "", token: "secret" });
  const [data, token] = [join(place.folder, "data"), join(place.folder, "token")];
  chmodSync(data, 0o755);
  chmodSync(token, 0o644);
  expect(openToOthers([data, token])).toEqual([
    `The permissions of ${data} let everybody on this machine in; run: chmod 700 "${data}"`,
    `The permissions of ${token} let everybody on this machine in; run: chmod 600 "${token}"`,
  ]);
});

it("says nothing of what is the owner's alone, or the owner's group's, or not there", () => {
  using place = scratch({ "data/inbox.sqlite": "", token: "secret" });
  const [data, token] = [join(place.folder, "data"), join(place.folder, "token")];
  chmodSync(data, 0o700);
  chmodSync(token, 0o640);
  expect(openToOthers([data, token, join(place.folder, "nowhere")])).toEqual([]);
});
