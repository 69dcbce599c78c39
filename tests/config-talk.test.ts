import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configuredSchedules } from "../src/bots/schedule-configured.ts";
import { readSettings } from "../src/config.ts";
import { digestSchema, keptChannelSchema, memorySchema } from "../src/config-talk.ts";
import { UserError } from "../src/user-error.ts";

const home = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

function read(text: string) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "hearth-test-")));
  mkdirSync(join(cwd, "config"));
  writeFileSync(join(cwd, "config/hearth.yaml"), text);
  return readSettings({}, { cwd, home, environment: {} }).talk;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return "nothing was refused";
}

const C1 = "discord:112233445566778899:223344556677889900";
const digestsOf = (text: string) => configuredSchedules(read(text).digests, { zone: "Asia/Tokyo" });

describe("memory and digests in the configuration", () => {
  it("are off where nothing is said", () => {
    expect(read("")).toEqual({ days: 180, channels: [], digests: [] });
  });

  it("are read, with the days of all channels where one says none", () => {
    const talk = read(
      `memory:\n  days: 60\n  channels:\n    - place: "${C1}"\n      backfillDays: 90\n    - place: "slack:T0123ABCD:C0123ABCD"\n      days: 7\n`,
    );
    expect(talk.channels).toEqual([
      { platform: "discord", space: "112233445566778899", channel: "223344556677889900", days: 60, backfillDays: 60 },
      { platform: "slack", space: "T0123ABCD", channel: "C0123ABCD", days: 7, backfillDays: 0 },
    ]);
  });

  it("name their digests in words or as a pattern, and keep their names as long as nothing changes", () => {
    const text = (when: string) =>
      `digests:\n  - place: "${C1}"\n    when: ${when}\n    to: ["112233445566778899"]\n    quiet: say\n`;
    const [schedule] = digestsOf(text("weekdays 9:00"));
    expect(schedule).toMatchObject({
      cron: "0 9 * * 1-5",
      zone: "Asia/Tokyo",
      target: { kind: "people", ids: ["112233445566778899"] },
      quiet: "say",
      by: "configuration",
    });
    expect(digestsOf(text("weekdays 9:00"))[0]?.id).toBe(schedule?.id);
    expect(digestsOf(text('"0 9 * * 1-5"'))[0]?.id).not.toBe(schedule?.id);
  });

  it.each([
    [
      `memory:\n  channels:\n    - place: general\n`,
      /^config\/hearth\.yaml:3: memory\.channels\[0\]\.place cannot be used \(is "discord:"/,
    ],
    [`memory:\n  days: 0\n`, /^config\/hearth\.yaml:2: memory\.days/],
    [`memory:\n  chanels: []\n`, /keys here are days, channels/],
    [
      `digests:\n  - place: "${C1}"\n    when: daily 9:00\n    time: daily\n`,
      /keys here are place, when, zone, to, quiet/,
    ],
    [`digests:\n  - place: "${C1}"\n    when: 9\n`, /digests\[0\]\.when cannot be used/],
    [
      `digests:\n  - place: "${C1}"\n    when: whenever\n`,
      /^config\/hearth\.yaml:3: digests\[0\]\.when cannot be used: "whenever" needs one time of day/,
    ],
    [
      `digests:\n  - place: "${C1}"\n    when: daily 9:00\n    zone: Mars\n`,
      /"Mars" is no time zone[^]*correct when or zone/,
    ],
    [
      `digests:\n  - place: "${C1}"\n    when: daily 9:00\n    to: "slack:T0123ABCD:C0123ABCD"\n`,
      /another server or workspace/,
    ],
    [
      `digests:\n  - place: "${C1}"\n    when: daily 9:00\n    to: everybody\n`,
      /digests\[0\]\.to cannot be used \(is "same"/,
    ],
  ])("%j says where and what is wrong", (text, words) => {
    expect(refusal(() => digestsOf(text))).toMatch(words);
  });

  it("stand in the example with all their keys and their defaults", () => {
    const example = readFileSync(join(home, "config/hearth.example.yaml"), "utf8");
    const { memory, digests } = parse(example);
    expect(memorySchema.parse(memory)).toEqual(memorySchema.parse({}));
    expect(digests).toEqual([]);
    const section = /^memory:\n[^]*?^links:/m.exec(example)?.[0] ?? "";
    const commentedOut = section.replaceAll(/^( *)# ( *(?:- |\w+:)(?! ))/gm, "$1$2");
    for (const key of Object.keys({ ...memorySchema.shape, ...keptChannelSchema.shape, ...digestSchema.shape })) {
      expect(commentedOut).toMatch(new RegExp(`^[ #-]*${key}:`, "m"));
    }
  });
});
