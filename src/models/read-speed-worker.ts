import { workerData } from "node:worker_threads";
import type { ReadSpeedTask } from "./read-speed.ts";

const { thread, threads, bytes, milliseconds, ready, speeds }: ReadSpeedTask = workerData;
const one = Buffer.alloc(bytes, 1);
const other = Buffer.alloc(bytes, 1);
const arrived = new Int32Array(ready);
// All begin together, or the first would have the memory for itself.
Atomics.add(arrived, 0, 1);
Atomics.notify(arrived, 0);
for (let seen = Atomics.load(arrived, 0); seen < threads; seen = Atomics.load(arrived, 0)) {
  Atomics.wait(arrived, 0, seen, 1_000);
}
const startedAt = performance.now();
let read = 0;
let elapsed = 0;
do {
  // Comparing reads both to their end, as they are equal, and writes nothing: what decoding does with a model's weights.
  Buffer.compare(one, other);
  read += 2 * bytes;
  elapsed = performance.now() - startedAt;
} while (elapsed < milliseconds);
new Float64Array(speeds)[thread] = (read * 1_000) / elapsed;
