import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { randomFrom } from "../../src/eval/random.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { UserError } from "../../src/user-error.ts";
import { asked, given, inboxContract } from "../contracts/inbox.ts";
import { root, scratch } from "../helpers/hearth.ts";

/** Accepts, plans, sends and finishes without end, and says each step once it is taken. Every third question is left open. */
const WORK = `
  import { writeSync } from "node:fs";
  import { openInbox } from "./src/bots/inbox-sqlite.ts";
  import { silentLog } from "./src/log.ts";
  const [path, run] = process.argv.slice(-2);
  const inbox = openInbox({ path, log: silentLog() });
  const say = (...words) => writeSync(1, words.join(" ") + "\\n");
  const conversation = { platform: "discord", space: "G1", channel: "C1" };
  for (let number = 0; ; number += 1) {
    const id = run + "-" + number;
    const message = { id, conversation, author: { id: "U1", name: "Ann", isBot: false }, text: "text of " + id, sentAt: "" };
    const { job } = inbox.accept({ id, platform: "discord", message, seenBy: "place", files: [], route: {} });
    say("accepted", id, job);
    inbox.plan(job, 0);
    say("planned", id, job);
    inbox.sent(job, 0, { id: "P" + id, conversation });
    say("sent", id, job);
    if (number % 3 === 0) continue;
    inbox.done(job);
    say("done", id, job);
  }`;

describe("the inbox in SQLite", () => {
  inboxContract((options) => openInbox({ path: ":memory:", log: silentLog(), ...options }));

  it("is kept over a restart, in a folder and files that only this user can read", () => {
    using place = scratch();
    const folder = join(place.folder, "data", "edge");
    const path = join(folder, "inbox.sqlite");
    {
      using inbox = openInbox({ path, log: silentLog() });
      inbox.accept(asked());
      inbox.give(given("a1"));
      inbox.join("discord", { space: "G1", channel: "T1", isDirect: true });
      inbox.see("discord", "C1", "7");
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      const files = readdirSync(folder);
      expect(files.length).toBeGreaterThan(1);
      for (const name of files) expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    using inbox = openInbox({ path, log: silentLog() });
    expect(inbox.open("discord").map((job) => job.asked)).toEqual([asked()]);
    expect(inbox.given({ answerId: "a1" })).toEqual(given("a1"));
    expect(inbox.joined("discord")).toEqual([{ space: "G1", channel: "T1", isDirect: true }]);
    expect(inbox.seen("discord", "C1")).toBe("7");
  });

  it("holds no byte of a question once it is dropped or forgotten, or soon after it is done", async () => {
    using place = scratch();
    using inbox = openInbox({ path: join(place.folder, "inbox.sqlite"), log: silentLog() });
    const onDisk = () =>
      readdirSync(place.folder)
        .map((name) => readFileSync(join(place.folder, name), "latin1"))
        .join("");
    const ends = [
      (job: string) => inbox.done(job),
      () => inbox.drop({ platform: "discord", messageId: "1" }),
      () => inbox.forget({ platform: "discord", space: "G1" }),
    ];
    for (const [number, end] of ends.entries()) {
      const text = `CANARY ${"long words ".repeat(2_000)}`;
      const job = inbox.accept({ ...asked({ id: "1", text, by: "UCANARY" }), id: `event-${number}` })?.job ?? "";
      inbox.plan(job, 0);
      expect(onDisk()).toContain("CANARY");
      end(job);
      if (number === 0) await expect.poll(onDisk, { timeout: 10_000 }).not.toContain("CANARY");
      expect(onDisk()).not.toContain("CANARY");
      expect(onDisk()).not.toContain("long words");
    }
  });

  it("holds no byte of what a question said soon after it was edited", async () => {
    using place = scratch();
    using inbox = openInbox({ path: join(place.folder, "inbox.sqlite"), log: silentLog() });
    const onDisk = () =>
      readdirSync(place.folder)
        .map((name) => readFileSync(join(place.folder, name), "latin1"))
        .join("");
    inbox.accept(asked({ text: "CANARY words" }));
    inbox.edit({ platform: "discord", conversation: asked().message.conversation, id: "1000" }, "other words");
    await expect.poll(onDisk, { timeout: 10_000 }).not.toContain("CANARY");
    expect(onDisk()).toContain("other words");
  });

  it("is put aside and begun anew where it is damaged, and the log says so", () => {
    using place = scratch({ "inbox.sqlite": "This is not a database. ".repeat(1_000) });
    const lines: string[] = [];
    const log = createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } });
    using inbox = openInbox({ path: join(place.folder, "inbox.sqlite"), log });
    expect(lines.join("")).toContain("the inbox was damaged; it is put aside and begun anew");
    expect(readdirSync(place.folder)).toContain("inbox.sqlite.damaged");
    expect(inbox.accept(asked())).toBeDefined();
  });

  it("belongs to one process, and says what to do where it cannot be used", () => {
    using place = scratch({ afile: "" });
    const path = join(place.folder, "inbox.sqlite");
    using _inbox = openInbox({ path, log: silentLog() });
    const open = (to: string) => () => openInbox({ path: to, log: silentLog() });
    expect(open(path)).toThrow(UserError);
    expect(open(path)).toThrow("another Hearth has it; stop that one");
    expect(open(join(place.folder, "afile", "inbox.sqlite"))).toThrow(
      "it cannot be used (EEXIST); name another place with --data or data in the configuration",
    );
  });

  it("loses nothing accepted and brings nothing back that was done, whenever the process is killed", async () => {
    using place = scratch();
    const folder = join(place.folder, "edge");
    // Node lets a process write below a folder only if it is there when the process starts.
    mkdirSync(folder);
    const path = join(folder, "inbox.sqlite");
    const random = randomFrom(6);
    const said: string[] = [];
    const unsure = new Set<string | undefined>();
    for (let run = 0; run < 5; run += 1) {
      said.push(...(await killedAfter(20 + random() * 120, { path, folder, run })));
      // The step after the last one that was said may have been taken.
      unsure.add(said.at(-1)?.split(" ")[1]);
      using inbox = openInbox({ path, log: silentLog() });
      const open = new Map(inbox.open("discord").map((job) => [job.job, job.asked]));
      const told = (step: string) => said.map((line) => line.split(" ")).filter(([first]) => first === step);
      const done = new Set(told("done").map(([, , job]) => job));
      for (const [, id = "", job = ""] of told("accepted")) {
        if (done.has(job)) expect([id, inbox.accept(asked({ id }))]).toEqual([id, undefined]);
        else if (!unsure.has(id)) expect(open.get(job)?.message.text).toBe(`text of ${id}`);
      }
      for (const job of open.keys()) expect(done.has(job)).toBe(false);
      for (const [, id, job = ""] of told("sent")) {
        if (open.has(job)) expect(inbox.sendings(job)[0]?.posted?.id).toBe(`P${id}`);
      }
    }
    expect(said.filter((line) => line.startsWith("done")).length).toBeGreaterThan(20);
  }, 60_000);
});

/** What a process that works on the inbox, and may touch nothing else, said until it was killed some lines after its first. */
async function killedAfter(
  lines: number,
  { path, folder, run }: { readonly path: string; readonly folder: string; readonly run: number },
): Promise<string[]> {
  const rights = ["--permission", `--allow-fs-read=${root}`, `--allow-fs-read=${folder}`, `--allow-fs-write=${folder}`];
  const child = spawn(process.execPath, [...rights, "--input-type=module-typescript", "-e", WORK, path, `${run}`], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length >= lines) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return said;
}
