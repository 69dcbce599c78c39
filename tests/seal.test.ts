import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findWrapper, judgeSeal, viewNetwork, type NetworkView } from "../src/seal.ts";

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

  it("takes the first way that works", () => {
    expect(findWrapper((command) => command[0] === "bwrap")?.by).toBe("bubblewrap");
    expect(findWrapper(() => false)).toBeUndefined();
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

  it("sees this process's own interfaces", () => {
    expect(viewNetwork().interfaces.length).toBeGreaterThan(0);
  });
});
