import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Import {
  readonly from: string;
  /** A path inside the project ("src/chat.ts"), or a package's name. */
  readonly to: string;
  readonly isType: boolean;
  /** By `import(…)`, when it is needed. */
  readonly isLate: boolean;
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => posix.join(folder, path.replaceAll("\\", "/")));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...statements].map(([, type, named = "", dynamic]) => {
    const target = dynamic ?? named;
    return {
      from: file,
      to: target.startsWith(".") ? posix.join(dirname(file), target) : packageName(target),
      isType: type !== undefined,
      isLate: dynamic !== undefined,
    };
  });
}

function packageName(target: string): string {
  const parts = target.split("/");
  return target.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? target);
}

/** Every file that is loaded when a file is: what it imports, what that imports, and so on. */
function loadedWith(file: string): string[] {
  const loaded = new Set([file]);
  for (const one of loaded) {
    for (const { to } of imports.filter(({ from, isType, isLate }) => from === one && !isType && !isLate))
      loaded.add(to);
  }
  return [...loaded];
}

const sources = filesUnder("src");
const imports = sources.flatMap(importsOf);
const inFolder = (path: string, folder: string) => path.startsWith(`src/${folder}/`);
const show = ({ from, to }: Import) => `${from} imports ${to}`;

/** Words every folder may use. */
const SHARED = [
  "src/abort.ts",
  "src/chat.ts",
  "src/error-code.ts",
  "src/lock.ts",
  "src/log.ts",
  "src/mentions.ts",
  "src/sqlite-file.ts",
  "src/unseen.ts",
  "src/user-error.ts",
];
const isShared = (path: string) => SHARED.includes(path) || inFolder(path, "words");
/** The only files that construct. */
const ROOTS = ["src/core.ts", "src/edge.ts"];

describe("imports", () => {
  it("were found", () => {
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.some(({ isType }) => isType)).toBe(true);
  });

  it("lead nowhere from chat.ts", () => {
    expect(imports.filter(({ from }) => from === "src/chat.ts").map(show)).toEqual([]);
  });

  it("lead from knowledge/ only to shared words", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        inFolder(from, "knowledge") && to.startsWith("src/") && !inFolder(to, "knowledge") && !isShared(to),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("lead from memory/ only to shared words", () => {
    const wrong = imports.filter(
      ({ from, to }) => inFolder(from, "memory") && to.startsWith("src/") && !inFolder(to, "memory") && !isShared(to),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("lead nowhere from words/", () => {
    const wrong = imports.filter(
      ({ from, to }) => inFolder(from, "words") && to.startsWith("src/") && !inFolder(to, "words"),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("lead from brain/ only to knowledge/, memory/ and shared words", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        inFolder(from, "brain") &&
        to.startsWith("src/") &&
        !["brain", "knowledge", "memory"].some((folder) => inFolder(to, folder)) &&
        !isShared(to),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("lead from bots/ only to shared words and the types of the Brain and the settings", () => {
    const wrong = imports.filter(
      ({ from, to, isType }) =>
        inFolder(from, "bots") &&
        to.startsWith("src/") &&
        !inFolder(to, "bots") &&
        !SHARED.includes(to) &&
        !(
          isType &&
          [
            "src/brain/brain.ts",
            "src/brain/channel-brain.ts",
            "src/config-discord.ts",
            "src/config-slack.ts",
            "src/config-talk.ts",
            "src/knowledge/knowledge.ts",
          ].includes(to)
        ),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("lead to bots/ only from the edge and the commands", () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        inFolder(to, "bots") &&
        !inFolder(from, "bots") &&
        !/^src\/edge(?:-platforms)?\.ts$/.test(from) &&
        !inFolder(from, "commands"),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("never load the core's code with main.ts or the edge, and no bots with the core", () => {
    const isCoreCode = (file: string) => ["brain", "memory", "knowledge"].some((folder) => inFolder(file, folder));
    expect(loadedWith("src/main.ts").filter(isCoreCode)).toEqual([]);
    expect(loadedWith("src/edge.ts").filter(isCoreCode)).toEqual([]);
    expect(loadedWith("src/core.ts").filter((file) => inFolder(file, "bots"))).toEqual([]);
    expect(loadedWith("src/core.ts").filter(isCoreCode).length).toBeGreaterThan(10);
  });

  it("never load what pulls models with main.ts, the edge or the core", () => {
    for (const file of ["src/main.ts", "src/model.ts", ...ROOTS]) {
      expect(loadedWith(file).filter((loaded) => inFolder(loaded, "models"))).toEqual([]);
    }
  });

  it("bring main.ts, the edge and the core together only in the commands", () => {
    const wrong = imports.filter(({ from, to }) => ROOTS.includes(to) && !inFolder(from, "commands"));
    expect(wrong.map(show)).toEqual([]);
  });
});

describe("each library has one home", () => {
  const homes: Readonly<Record<string, RegExp>> = {
    "@huggingface/transformers": /^src\/knowledge\/transformers-model\.ts$/,
    "@lancedb/lancedb": /^src\/(knowledge\/lance|memory\/recall-lance)/,
    "apache-arrow": /^src\/(knowledge\/lance|memory\/recall-lance)/,
    "@orama/stemmers": /^src\/words\/words\.ts$/,
    "chrono-node": /^src\/(memory\/dates|bots\/since-words)\.ts$/,
    croner: /^src\/bots\/schedule-times\.ts$/,
    "@parcel/watcher": /^src\/knowledge\/folder/,
    picomatch: /^src\/knowledge\/folder/,
    piscina: /^src\/knowledge\/read\//,
    "markdown-it": /^src\/knowledge\/read\//,
    htmlparser2: /^src\/knowledge\/read\//,
    yauzl: /^src\/knowledge\/read\/zip-entries\.ts$/,
    "postal-mime": /^src\/knowledge\/read\/mail\.ts$/,
    "mbox-reader": /^src\/knowledge\/read\/mbox\.ts$/,
    "pdfjs-dist": /^src\/knowledge\/read\/pdf/,
    mammoth: /^src\/knowledge\/read\/docx/,
    "csv-parse": /^src\/knowledge\/read\/csv/,
    numfmt: /^src\/knowledge\/read\/xlsx/,
    chardet: /^src\/knowledge\/read\/encoding\.ts$/,
    "iconv-lite": /^src\/knowledge\/read\/encoding\.ts$/,
    yaml: /^src\/(config-file\.ts|config-embedder-list\.ts|knowledge\/read\/|models\/catalogue\.ts)/,
    zod: /^src\/(config-file\.ts|config-(discord|slack|talk)\.ts|config-embedder-list\.ts|(model-lock|verdict-file)\.ts|channel\/(protocol|protocol-channels|wire)\.ts|bots\/web\/|brain\/puppet\.ts|commands\/|models\/)/,
    hono: /^src\/bots\/web\//,
    "@hono/node-server": /^src\/bots\/web\//,
    "vscode-jsonrpc": /^src\/channel\//,
    "cli-progress": /^src\/commands\/sync-bar\.ts$/,
    commander: /^src\/commands\/(program|launch|open-setting|whole-number)/,
    "discord.js": /^src\/bots\/discord\//,
    "@slack/bolt": /^src\/bots\/slack\//,
    openai: /^src\/brain\/openai/,
    "node-llama-cpp": /^src\/brain\/(llama|engine\.ts)/,
    "p-queue": /^src\/(brain\/|knowledge\/|memory\/|model-embedder\.ts)/,
    pino: /^src\/(log|commands\/launch)\.ts$/,
  };
  for (const [library, home] of Object.entries(homes)) {
    it(library, () => {
      const users = imports.filter(({ to }) => to === library).map(({ from }) => from);
      expect(users.length).toBeGreaterThan(0);
      expect(users.filter((from) => !home.test(from))).toEqual([]);
    });
  }
});

describe("the process", () => {
  const text = (file: string) => readFileSync(join(root, file), "utf8").replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, "");

  it("is touched only by main.ts", () => {
    const users = sources.filter((file) => file !== "src/main.ts" && /(?<![\w."'-])process\.[a-z]/.test(text(file)));
    expect(users).toEqual([]);
  });

  it("has its environment read only by config.ts, which is given it", () => {
    const users = sources.filter((file) => /\bprocess\.env\b|\bimport\.meta\.env\b/.test(text(file)));
    expect(users).toEqual(["src/main.ts"]);
  });
});

describe("the tree", () => {
  it("has no folder or file for whatever fits nowhere", () => {
    const names = sources.map((file) => relative("src", file));
    expect(
      names.filter((name) => /(^|\/)(utils?|helpers?|types|common|misc|services|index)(\/|\.ts$)/.test(name)),
    ).toEqual([]);
  });
});
