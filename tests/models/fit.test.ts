import { describe, expect, it } from "vitest";
import { fitOn, memoryFor } from "../../src/models/fit.ts";
import { memoryLimit, parseGpus, readMachine, type Machine } from "../../src/models/machine.ts";

const shape = { layers: 32, kvHeads: 8, headSize: 128 };
const machine: Machine = {
  totalBytes: 16e9,
  isLimited: false,
  freeBytes: 10e9,
  cores: 8,
  threads: 4,
  readSpeed: 50e9,
  gpus: [],
};

describe("the memory of a model", () => {
  it("is its file, 4,096 tokens by its shape, and the engine", () => {
    // 32 layers x 8 heads x 128 numbers, of two bytes, for keys and for values.
    expect(memoryFor({ bytes: 5e9, shape })).toBe(5e9 + 131_072 * 4_096 + 3e8);
  });

  it("is a rule of thumb where the shape is not known", () => {
    expect(memoryFor({ bytes: 1e9 })).toBe(1e9 + 5e8 + 3e8);
    expect(memoryFor({ bytes: 20e9 })).toBe(20e9 + 2e9 + 3e8);
    expect(fitOn(machine, { bytes: 1e9 }).isRough).toBe(true);
    expect(fitOn(machine, { bytes: 1e9, shape }).isRough).toBe(false);
  });
});

describe("a model on a machine", () => {
  it("fits in free memory, or when others end, or not", () => {
    const fits = (bytes: number) => fitOn(machine, { bytes, shape }).fits;
    expect(fits(5e9)).toBe("yes");
    expect(fits(12e9)).toBe("tight");
    expect(fits(14e9)).toBe("no");
  });

  it("fits in a graphics card that has room for all of it", () => {
    const gpu = { name: "Card", totalBytes: 24e9, freeBytes: 20e9 };
    expect(fitOn({ ...machine, gpus: [gpu] }, { bytes: 14e9, shape }).fits).toBe("gpu");
    expect(fitOn({ ...machine, gpus: [{ ...gpu, freeBytes: 5e9 }] }, { bytes: 5e9, shape }).fits).toBe("yes");
  });

  it("writes as fast as memory brings its weights", () => {
    expect(fitOn(machine, { bytes: 5e9, shape }).tokensPerSecond).toEqual([4, 9]);
  });

  it("writes faster where a token needs a part of them", () => {
    const [, most] = fitOn(machine, { bytes: 18e9, parameters: 30, activeParameters: 3 }).tokensPerSecond;
    expect(most).toBeCloseTo(25);
  });
});

describe("this machine", () => {
  it("is measured", async () => {
    const environment = { PATH: process.env["PATH"] ?? "" };
    const found = await readMachine({ environment, signal: new AbortController().signal });
    expect(found.totalBytes).toBeGreaterThan(1e8);
    expect(found.freeBytes).toBeGreaterThan(0);
    expect(found.freeBytes).toBeLessThanOrEqual(found.totalBytes);
    expect(found.readSpeed).toBeGreaterThan(1e8);
    expect(found.threads).toBeLessThanOrEqual(found.cores);
  });

  it("has the cards that nvidia-smi lists", () => {
    expect(parseGpus("NVIDIA H100 80GB HBM3, 81559 MiB, 81078 MiB\nOdd, name, 8192 MiB, 100 MiB\n")).toEqual([
      { name: "NVIDIA H100 80GB HBM3", totalBytes: 81_559 * 1_048_576, freeBytes: 81_078 * 1_048_576 },
      { name: "Odd, name", totalBytes: 8_192 * 1_048_576, freeBytes: 100 * 1_048_576 },
    ]);
    expect(parseGpus("No devices were found\n")).toEqual([]);
  });

  it("has no more memory than the smallest limit above it", () => {
    const limits = (files: Readonly<Record<string, string>>) =>
      memoryLimit((path) => {
        const text = files[path];
        if (text === undefined) throw new Error("no such file");
        return text;
      });
    expect(limits({})).toBe(Number.POSITIVE_INFINITY);
    expect(limits({ "/sys/fs/cgroup/memory.max": "4000000000\n" })).toBe(4e9);
    expect(limits({ "/sys/fs/cgroup/memory/memory.limit_in_bytes": "3000000000\n" })).toBe(3e9);
    expect(
      limits({
        "/proc/self/cgroup": "0::/system.slice/hearth.service\n",
        "/sys/fs/cgroup/system.slice/hearth.service/memory.max": "max\n",
        "/sys/fs/cgroup/system.slice/memory.max": "2000000000\n",
      }),
    ).toBe(2e9);
  });
});
