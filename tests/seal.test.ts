import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readAddress } from "../src/addresses.ts";
import { describeSeal } from "../src/bots/terminal/start-report.ts";
import type { BrainStatus } from "../src/brain/brain.ts";
import { serveBrain } from "../src/channel/serve.ts";
import { readSettings } from "../src/config.ts";
import { runEdge } from "../src/edge.ts";
import { silentLog } from "../src/log.ts";
import { findWrapper, judgeSeal, viewNetwork, type NetworkView } from "../src/seal.ts";
import { scratch } from "./helpers/hearth.ts";
import { portOf } from "./helpers/relays.ts";
import { readyStatus, scriptedBrain } from "./helpers/scripted-brain.ts";
import { surroundings } from "./helpers/surroundings.ts";

const empty: NetworkView = { interfaces: ["lo"], addressed: [], routed: [] };
const auto = { by: undefined, platform: "linux", wanted: "auto" } as const;

describe("the seal", () => {
  it("holds where there is nothing but a loopback", () => {
    expect(judgeSeal({ ...empty, addressed: ["lo"] }, { ...auto, by: "unshare" })).toEqual({
      kind: "sealed",
      interfaces: ["lo"],
      by: "unshare",
    });
  });

  it("holds beside tunnel devices that are down", () => {
    expect(judgeSeal({ ...empty, interfaces: ["lo", "sit0"] }, auto).kind).toBe("sealed");
  });

  it("does not hold when an interface has an address, whatever started the process", () => {
    const view = { ...empty, interfaces: ["lo", "eth0"], addressed: ["lo", "eth0"] };
    expect(judgeSeal(view, { ...auto, by: "unshare" }).kind).toBe("not sealed");
  });

  it("does not hold when a route leads out", () => {
    expect(judgeSeal({ ...empty, interfaces: ["lo", "wg0"], routed: ["wg0"] }, auto).kind).toBe("not sealed");
  });

  it("names the cure where the system allows no namespace, and on other systems", () => {
    const open = { interfaces: ["en0"], addressed: ["en0"], routed: [] };
    expect(judgeSeal(open, auto)).toMatchObject({ cure: expect.stringContaining("bubblewrap") });
    expect(judgeSeal(open, { ...auto, platform: "darwin" })).toMatchObject({
      why: "only Linux has network namespaces",
    });
    expect(judgeSeal(open, { ...auto, wanted: "off" })).toMatchObject({ why: "the configuration says seal: off" });
  });

  it("holds beside model servers on this machine, and names them", () => {
    const servers = ["http://127.0.0.1:8080", "unix:/run/llama.sock"].map(readAddress);
    expect(judgeSeal(empty, { ...auto, servers })).toMatchObject({
      kind: "sealed",
      addresses: ["http://127.0.0.1:8080", "unix:/run/llama.sock"],
    });
    expect(judgeSeal(empty, auto)).not.toHaveProperty("addresses");
  });

  it("reads private network when one server is beyond this machine, and names all", () => {
    const servers = ["http://127.0.0.1:8080", "http://10.0.0.5:8080"].map(readAddress);
    expect(judgeSeal(empty, { ...auto, by: "unshare", servers })).toEqual({
      kind: "private network",
      interfaces: ["lo"],
      by: "unshare",
      addresses: ["http://127.0.0.1:8080", "http://10.0.0.5:8080"],
    });
  });

  it("does not hold with a public server, which the owner chose", () => {
    const servers = ["http://10.0.0.5:8080", "https://api.example.com"].map(readAddress);
    expect(judgeSeal(empty, { ...auto, servers })).toMatchObject({
      kind: "not sealed",
      why: expect.stringContaining("a public address, https://api.example.com"),
      chosen: true,
      addresses: ["http://10.0.0.5:8080", "https://api.example.com"],
    });
  });

  it("is not chosen by the owner where the core has a network of its own, whatever its servers are", () => {
    const open = { interfaces: ["eth0"], addressed: ["eth0"], routed: [] };
    const servers = [readAddress("https://api.example.com")];
    expect(judgeSeal(open, { ...auto, servers })).not.toHaveProperty("chosen");
    expect(judgeSeal(open, { ...auto, wanted: "off" })).toMatchObject({ kind: "not sealed", chosen: true });
  });

  it("takes the first way that works", () => {
    expect(findWrapper({ runs: (command) => command[0] === "bwrap" })?.by).toBe("bubblewrap");
    expect(findWrapper({ runs: () => false })).toBeUndefined();
  });

  it("is enough for chat tokens where it reads private network or the owner chose a public server", async () => {
    using place = scratch();
    // Nobody listens there.
    const config = join(place.folder, "hearth.yaml");
    writeFileSync(config, 'slack: { api: "http://127.0.0.1:9/api/" }');
    const settings = readSettings(
      { port: 0, config },
      {
        cwd: place.folder,
        home: place.folder,
        environment: { SLACK_BOT_TOKEN: `xoxb-${"1".repeat(20)}`, SLACK_APP_TOKEN: `xapp-${"2".repeat(20)}` },
      },
    );
    const starts = async (seal: BrainStatus["seal"]) => {
      const socket = join(place.folder, "core.sock");
      const status = async () => ({ ...readyStatus, seal });
      await using _core = await serveBrain(scriptedBrain({ status }), { path: socket, log: silentLog() });
      const stop = new AbortController();
      const world = surroundings({ signal: stop.signal });
      const running = runEdge(settings, { socket, version: "1", log: silentLog(), surroundings: world });
      await Promise.race([running, expect.poll(world.said, { timeout: 10_000 }).toContain("Ctrl-C stops Hearth")]);
      stop.abort();
      await running;
    };
    const servers = (...urls: readonly string[]) => ({ ...auto, servers: urls.map(readAddress) });
    await starts(judgeSeal(empty, servers("http://10.0.0.5")));
    await starts(judgeSeal(empty, servers("https://api.example.com")));
    const open = { interfaces: ["eth0"], addressed: ["eth0"], routed: [] };
    await expect(starts(judgeSeal(open, servers("https://api.example.com")))).rejects.toThrow("the core is not sealed");
  });

  const wrapper = findWrapper();
  if (!wrapper) console.warn("SKIPPED: this system makes no network namespaces, so the real seal was not tried");
  it.skipIf(!wrapper)("takes the network away from a real process, which sees that by itself", () => {
    const seal = fileURLToPath(new URL("../src/seal.ts", import.meta.url));
    const script = `
      import { judgeSeal, viewNetwork } from ${JSON.stringify(seal)};
      import { connect } from "node:net";
      const seal = judgeSeal(viewNetwork(), { by: "test", platform: process.platform, wanted: "auto" });
      const socket = connect({ host: "192.0.2.1", port: 80 });
      socket.on("error", (error) => console.log(JSON.stringify({ seal, code: error.code })));`;
    const [command = "", ...words] = wrapper?.words ?? [];
    const { stdout } = spawnSync(command, [...words, process.execPath, "--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect(JSON.parse(stdout)).toEqual({
      seal: { kind: "sealed", interfaces: expect.arrayContaining(["lo"]), by: "test" },
      code: "ENETUNREACH",
    });
  });

  const withLoopback = findWrapper({ loopback: true });
  if (!withLoopback) console.warn("SKIPPED: this system switches no loopback on, so an index on storage was not tried");
  it.skipIf(!withLoopback)(
    "leaves a process its own loopback where it asks for one, and is none the less sealed",
    async () => {
      const seal = fileURLToPath(new URL("../src/seal.ts", import.meta.url));
      // What listens on this machine's loopback is another loopback's.
      const outside = createServer().listen(0, "127.0.0.1");
      await once(outside, "listening");
      const script = `
      import { judgeSeal, viewNetwork } from ${JSON.stringify(seal)};
      import { readFileSync } from "node:fs";
      import { connect, createServer } from "node:net";
      const seal = judgeSeal(viewNetwork(), { by: "test", platform: process.platform, wanted: "auto" });
      const knock = (port, host) => new Promise((resolve) => {
        connect({ port, host }).on("connect", () => resolve("open")).on("error", (error) => resolve(error.code));
      });
      const own = createServer().listen(0, "127.0.0.1", async () => {
        const rights = /^CapEff:\\s+0*([0-9a-f]*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
        const [inside, outside, away] = [
          await knock(own.address().port, "127.0.0.1"), await knock(${portOf(outside)}, "127.0.0.1"), await knock(80, "192.0.2.1"),
        ];
        console.log(JSON.stringify({ seal, inside, outside, away, uid: process.getuid(), rights }));
        process.exit();
      });`;
      const run = ([command = "", ...words]: readonly string[]) =>
        JSON.parse(
          spawnSync(command, [...words, process.execPath, "--input-type=module", "-e", script], { encoding: "utf8" })
            .stdout,
        );
      const uid = process.getuid?.();
      const found = {
        seal: { kind: "sealed", interfaces: expect.arrayContaining(["lo"]), by: "test" },
        inside: "open",
        outside: "ECONNREFUSED",
        away: "ENETUNREACH",
        uid,
      };
      expect(run(withLoopback?.words ?? [])).toMatchObject(found);
      // As root, so can somebody who is not: with the way that makes a user namespace, which has to give its rights back.
      const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
      const user =
        uid === 0
          ? findWrapper({
              loopback: true,
              runs: (words) => spawnSync("setpriv", [...asNobody.slice(1), ...words]).status === 0,
            })
          : undefined;
      if (user) expect(run([...asNobody, ...user.words])).toMatchObject({ ...found, uid: 65_534, rights: "" });
      outside.close();
    },
  );

  it("is told in words, with the addresses of all servers", () => {
    const says = (urls: readonly string[]) =>
      describeSeal({ seal: judgeSeal(empty, { ...auto, by: "unshare", servers: urls.map(readAddress) }) });
    expect(says([])).toBe("sealed: it has no network, only lo (by unshare)");
    expect(says(["http://127.0.0.1:8080"])).toBe(
      "sealed: it has no network, only lo (by unshare); on this machine it reaches http://127.0.0.1:8080",
    );
    expect(says(["http://10.0.0.5", "unix:/run/llama.sock"])).toBe(
      "private network: it has no network, only lo (by unshare), and a relay to http://10.0.0.5, unix:/run/llama.sock",
    );
    expect(says(["https://api.example.com"])).toMatch(/^not sealed: .* It reaches https:\/\/api\.example\.com\.$/);
  });

  it("sees this process's own interfaces", () => {
    expect(viewNetwork().interfaces.length).toBeGreaterThan(0);
  });
});
