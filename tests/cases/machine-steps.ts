import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Steps } from "./acme.ts";
import { TINY, writeGguf } from "../helpers/gguf.ts";
import { filesUnder, setRights, type Program } from "./box.ts";
import { generate } from "./generate.ts";
import { mustRun } from "./namespace.ts";
import { networkOf } from "./processes.ts";
import { configureDigest } from "./digest-steps.ts";
import { TOKEN } from "./discord/world.ts";
import { acmeOf, NotRun, started, type Stage } from "./stage.ts";
import { endOfLoad } from "./load-steps.ts";
import { loadFound, whatIsFound } from "./store.ts";

const words = z.string();

/** What happens on the machine: files, disk, network, and the program itself. */
export const machineSteps: Steps = {
  async doc(given, stage) {
    const { box, program } = stage;
    const { path, text, gen, acl } = z
      .object({ path: words, text: words.optional(), gen: z.unknown().optional(), acl: z.array(words).optional() })
      .parse(given);
    if (acl !== undefined) readBy(acl, path, stage);
    const made = gen === undefined ? { bytes: Buffer.from(text ?? "") } : generate(gen);
    box.write(path, "zeros" in made ? Buffer.alloc(made.zeros) : made.bytes);
    if (program) await whenRead(program);
  },
  async rm(given, { box, program }) {
    rmSync(join(box.folder, words.parse(given)));
    if (program) await whenRead(program);
  },
  async config(given, stage) {
    const { box, acme } = stage;
    const {
      log_level: level,
      data_dir: data,
      slack_mode: mode,
      digest,
      ...rest
    } = z.record(words, z.unknown()).parse(given);
    if (level !== undefined) box.configuration["log"] = { level };
    if (data !== undefined) box.configuration["data"] = data;
    if (mode !== undefined && acme?.settings["slack"]) acme.settings["slack"]["mode"] = mode;
    if (digest !== undefined) configureDigest(digest, stage);
    for (const key of Object.keys(rest)) throw new NotRun(`the setting ${key}`);
  },
  async env_unset(given, { box }) {
    // The runner hands nothing on but PATH and HOME, so that they are not set.
    for (const name of z.array(words).parse(given)) delete box.environment[name];
  },
  async chmod(given, stage) {
    const { box, acme } = stage;
    const variable = acme?.tokenVariable ?? "DISCORD_TOKEN";
    for (const [name, digits] of Object.entries(z.record(words, words).parse(given))) {
      const path = name === ".env" ? join(box.folder, "token") : join(box.folder, name);
      if (name === ".env") {
        writeFileSync(path, acme?.environment[variable] ?? TOKEN);
        delete box.environment[variable];
        box.environment[`${variable}_FILE`] = path;
      } else mkdirSync(path, { recursive: true });
      setRights(path, digits);
    }
  },
  // The bot got its rights when the world was made.
  grant: async () => {},
  scan_scope: async () => {},
  async file_outside(given, { box, facts }) {
    const { path, text } = z.object({ path: words, text: words }).parse(given);
    const outside = join(box.folder, "docs", path);
    mkdirSync(dirname(outside), { recursive: true });
    writeFileSync(outside, text);
    // A time of access before that of the last change is brought up to date by any reading, where times of access are kept at all.
    utimesSync(outside, 1_000, statSync(outside).mtime);
    const probe = `${outside}.probe`;
    writeFileSync(probe, text);
    utimesSync(probe, 1_000, statSync(probe).mtime);
    readFileSync(probe);
    if (statSync(probe).atimeMs > 2_000_000) facts["outside"] = outside;
    rmSync(probe);
  },
  async symlink(given, { box }) {
    const { at, to } = z.object({ at: words, to: words }).parse(given);
    symlinkSync(to, join(box.folder, at));
  },
  async mkfifo(given, { box }) {
    mustRun("mkfifo", [join(box.folder, words.parse(given))]);
  },
  async device(given, { box }) {
    const { at } = z.object({ at: words, to: words }).parse(given);
    try {
      mustRun("mknod", [join(box.folder, at), "c", "1", "5"]);
    } catch {
      throw new NotRun("the right to make a device file");
    }
  },
  async model_file(given, stage) {
    modelFile(given, stage);
  },
  async disk(given, stage) {
    await disk(given, stage);
  },
  async corrupt(given, stage) {
    await corrupt(given, stage);
  },
  async run(given, stage) {
    await run(words.parse(given), stage);
  },
  async scan(given, stage) {
    const program = await started(stage);
    if (given !== "disk") return;
    // What was deleted leaves the disk soon after, not at once.
    await delay(1_500);
    await program.status();
  },
  start: async (_given, stage) => {
    const startedAt = performance.now();
    const program = await started(stage);
    const until = performance.now() + 60_000;
    // A model is loaded after the documents were read; warnings of platforms come after their first checks.
    const isLoading = async () => ["idle", "loading"].includes((await program.status())?.model.kind ?? "");
    while (performance.now() < until && program.running.child.exitCode === null && (await isLoading())) await delay(50);
    stage.facts["proc.hang_s"] = (performance.now() - startedAt) / 1_000;
    await delay(2_000, undefined, { signal: stage.signal });
  },
  census: async (given, stage) => {
    const { minutes } = z.object({ minutes: z.number() }).parse(given);
    if (!stage.sink) throw new NotRun("a network of its own for the run (Linux, unshare)");
    const program = await started(stage);
    await delay(Math.min(minutes, stage.minutes) * 60_000, undefined, { signal: stage.signal }).catch(() => {});
    const core = program.pidOf("core");
    const network = core === undefined ? undefined : networkOf(core);
    if (network) {
      stage.facts["net.core_interfaces"] = network.interfaces;
      stage.facts["net.core_packets"] = network.packets;
    }
  },
  http: async (given, stage) => {
    const { request } = await import("./http-step.ts");
    await request(given, stage);
  },
};

/** A folder of documents for the readers of one place alone. */
function readBy(acl: readonly string[], path: string, stage: Stage): void {
  const [place, ...others] = acl;
  if (place === undefined || others.length > 0) throw new NotRun("documents for the readers of several places");
  const folder = dirname(path);
  if (stage.program || /^docs(?:\/|$)/.test(folder)) throw new NotRun("rights of a folder that is read already");
  const { configuration } = stage.box;
  const documents: unknown = configuration["documents"];
  const entry = { folder, audience: acmeOf(stage).audience(place) };
  configuration["documents"] = [...(Array.isArray(documents) ? documents : []), entry];
}

async function whenRead(program: Program): Promise<void> {
  const before = JSON.stringify(await counted(program));
  const until = performance.now() + 8_000;
  while (performance.now() < until && JSON.stringify(await counted(program)) === before) await delay(50);
}

async function counted(program: Program): Promise<unknown> {
  const { documents, passages, failed } = (await program.status()) ?? {};
  return { documents, passages, failed };
}

async function run(what: string, stage: Stage): Promise<void> {
  if (what === "purge") {
    await started(stage);
    return delay(1_000);
  }
  if (what !== "ingest") throw new NotRun(`a way to run ${what}`);
  const isFirst = stage.program === undefined;
  const program = await started(stage);
  if (isFirst) {
    stage.facts["proc.ingest_ms"] = program.readMs;
    // Nobody can tell what of this was the core's own start, so that all of it counts.
    stage.facts["proc.cpu_s"] = program
      .processes()
      .filter(({ half }) => half === "core")
      .reduce((sum, { seconds }) => sum + seconds, 0);
  } else {
    // What is there has been read; it is changed, so that it is read again.
    for (const { doc } of stage.case.setup) touch(doc, stage);
    await delay(1_500);
    await whenRead(program);
  }
  stage.facts["ingested"] = true;
}

function touch(doc: unknown, { box }: Stage): void {
  if (typeof doc !== "object" || doc === null || !("path" in doc)) return;
  const path = String(doc.path);
  box.write(path, Buffer.concat([readFileSync(join(box.folder, path)), Buffer.from("\nOnce more.\n")]));
}

function modelFile(given: unknown, { box }: Stage): void {
  const { gguf } = z.object({ gguf: z.unknown().optional() }).parse(given);
  const folder = join(box.data, "models");
  const path = join(folder, "tiny.gguf");
  mkdirSync(folder, { recursive: true });
  writeGguf(path, TINY);
  const bytes = readFileSync(path);
  const lock = {
    models: {
      tiny: {
        file: "tiny.gguf",
        sha256: createHash("sha256").update(bytes).digest("hex"),
        bytes: bytes.length,
        source: "made by the cases",
        pulledAt: new Date(0).toISOString(),
      },
    },
  };
  writeFileSync(join(folder, "models.lock.json"), JSON.stringify(lock));
  box.configuration["model"] = { use: "tiny", write: "always" };
  if (gguf === "absent") return rmSync(path);
  const how = z
    .object({
      truncate: z.number().optional(),
      flip_byte_at: z.int().optional(),
      text: words.optional(),
      header: z.object({ n_kv: words.optional(), array_len: words.optional() }).optional(),
    })
    .parse(gguf);
  if (how.truncate !== undefined) writeFileSync(path, bytes.subarray(0, bytes.length * how.truncate));
  if (how.text !== undefined) writeFileSync(path, how.text);
  const at = how.flip_byte_at;
  if (at !== undefined) bytes.writeUInt8((bytes[at] ?? 0) ^ 0xff, at);
  if (how.header?.n_kv !== undefined) bytes.writeBigUInt64LE(BigInt(how.header.n_kv), 16);
  if (how.header?.array_len !== undefined) bytes.writeBigUInt64LE(BigInt(how.header.array_len), arrayLengthIn(bytes));
  if (at !== undefined || how.header) writeFileSync(path, bytes);
  // A header is looked at before a hash is, where nothing pins the file.
  if (how.header) {
    box.configuration["model"] = { use: path, write: "always" };
  }
}

/** Where the length of the first array of a GGUF header stands. */
function arrayLengthIn(bytes: Buffer): number {
  const key = bytes.indexOf("tokenizer.ggml.tokens");
  return key + "tokenizer.ggml.tokens".length + 4 + 4;
}

async function disk(given: unknown, stage: Stage): Promise<void> {
  if (!stage.sink) throw new NotRun("mounts of its own for the run (Linux, unshare)");
  const { free_mb: megabytes, after_s: seconds } = z
    .object({ free_mb: z.number(), after_s: z.number().optional() })
    .parse(given);
  const { data } = stage.box;
  const isMounted = stage.facts["disk"] === true;
  if (seconds !== undefined) {
    await whenFull(data, Math.min(seconds, stage.minutes * 60) * 1_000);
    stage.facts["found when full"] = Object.keys(await loadFound(stage));
  }
  mkdirSync(data, { recursive: true });
  if (!isMounted) {
    // Hearth starts with room, has read what there is, and then the disk is full.
    mustRun("mount", ["-t", "tmpfs", "-o", "size=256m,mode=700", "tmpfs", data]);
    stage.box.undo.push(() => mustRun("umount", ["--lazy", data]));
    stage.facts["disk"] = true;
    await started(stage);
    fill(data, megabytes);
    return;
  }
  rmSync(join(data, "filler"), { force: true });
  await delay(35_000, undefined, { signal: stage.signal }).catch(() => {});
  stage.facts["ingests"] = await isIngesting(stage);
  await endOfLoad(stage);
}

/** Whether a fresh document is found soon. */
async function isIngesting(stage: Stage): Promise<boolean> {
  const program = await started(stage);
  stage.box.write("docs/after.md", "# After\n\nThe afterword is read again.\n");
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await program.lookup("afterword").catch(() => [])).length > 0) return true;
    await delay(100);
  }
  return false;
}

/** What is never full tells nothing of what happens then. */
async function whenFull(data: string, mostMs: number): Promise<void> {
  const until = performance.now() + mostMs;
  while (performance.now() < until) {
    const { bavail, bsize } = statfsSync(data);
    if (bavail * bsize < 50_000) return delay(5_000);
    await delay(20);
  }
  throw new NotRun("more time until the disk is full (--minutes)");
}

/** Takes all room on the disk but some. */
function fill(data: string, freeMegabytes: number): void {
  const file = openSync(join(data, "filler"), "w");
  const block = Buffer.alloc(1_000_000);
  try {
    for (let written = 0; written < 300; written += 1) writeFileSync(file, block);
  } catch {
    // Full.
  }
  if (freeMegabytes > 0)
    ftruncateSync(file, Math.max(0, statSync(join(data, "filler")).size - freeMegabytes * 1_000_000));
  closeSync(file);
}

async function corrupt(given: unknown, stage: Stage): Promise<void> {
  const { file, how } = z.object({ file: words, how: words }).parse(given);
  const { box } = stage;
  for (let number = 0; number < 20; number += 1)
    box.write(`docs/topic-${number}.md`, `# Topic ${number}\n\nThe colour of topic${number} is shade${number}.\n`);
  const before = await started(stage);
  stage.facts["rows before"] = await whatIsFound(before, topics());
  await before[Symbol.asyncDispose]();
  stage.program = undefined;
  const path = pick(box.data, file);
  if (path === undefined) throw new NotRun(`a file of the kind ${file} in the index`);
  const bytes = readFileSync(path);
  if (how === "delete") rmSync(path);
  else if (how === "zero") writeFileSync(path, Buffer.alloc(bytes.length));
  else if (how === "truncate") writeFileSync(path, bytes.subarray(0, bytes.length / 2));
  else if (how === "flip8") {
    const at = Math.floor(bytes.length / 3);
    for (let place = at; place < at + 8; place += 1) bytes.writeUInt8((bytes[place] ?? 0) ^ 0xff, place);
    writeFileSync(path, bytes);
  } else throw new NotRun(`a damage of the kind ${how}`);
}

/** What the documents of a damaged index are looked up by. */
export function topics(): string[] {
  return Array.from({ length: 20 }, (_, number) => `topic${number}`);
}

function pick(data: string, kind: string): string | undefined {
  const files = filesUnder(data).map((path) => ({ path, at: statSync(path).mtimeMs, size: statSync(path).size }));
  const fits: Readonly<Record<string, RegExp>> = {
    newest_manifest: /passages\.lance\/_versions\/.*\.manifest$/,
    data: /passages\.lance\/data\/.*\.lance$/,
    fts_index: /passages\.lance\/_indices\/.*\.lance$/,
  };
  const pattern = fits[kind];
  const fitting = pattern === undefined ? [] : files.filter(({ path }) => pattern.test(path));
  return fitting.toSorted((a, b) => (kind === "fts_index" ? b.size - a.size : b.at - a.at))[0]?.path;
}
