import { spawnSync } from "node:child_process";
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
    expect(findWrapper((command) => command[0] === "bwrap")?.by).toBe("bubblewrap");
    expect(findWrapper(() => false)).toBeUndefined();
  });

  it("is enough for chat tokens where it reads private network or the owner chose a public server", async () => {
    using place = scratch();
    const settings = readSettings(
      { port: 0 },
      { cwd: place.folder, home: place.folder, environment: { SLACK_BOT_TOKEN: "x" } },
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

  it("is told in words, with the addresses of all model servers", () => {
    const says = (urls: readonly string[]) =>
      describeSeal({ seal: judgeSeal(empty, { ...auto, by: "unshare", servers: urls.map(readAddress) }) });
    expect(says([])).toBe("sealed: it has no network, only lo (by unshare)");
    expect(says(["http://127.0.0.1:8080"])).toBe(
      "sealed: it has no network, only lo (by unshare); the model is on this machine, at http://127.0.0.1:8080",
    );
    expect(says(["http://10.0.0.5", "unix:/run/llama.sock"])).toBe(
      "private network: it has no network, only lo (by unshare), and a relay to the model at http://10.0.0.5, unix:/run/llama.sock",
    );
    expect(says(["https://api.example.com"])).toMatch(/^not sealed: .* The model is at https:\/\/api\.example\.com\.$/);
  });

  it("sees this process's own interfaces", () => {
    expect(viewNetwork().interfaces.length).toBeGreaterThan(0);
  });
});
