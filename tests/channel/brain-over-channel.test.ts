import { join } from "node:path";
import { expect } from "vitest";
import { connectBrain } from "../../src/channel/connect.ts";
import { serveBrain } from "../../src/channel/serve.ts";
import { silentLog } from "../../src/log.ts";
import { describeBrain } from "../contracts/brain.ts";
import { scratch } from "../helpers/hearth.ts";
import { readBrain } from "../helpers/read-brain.ts";

describeBrain("the same brain behind a Unix socket", async () => {
  await using stack = new AsyncDisposableStack();
  const path = join(stack.use(scratch()).folder, "core.sock");
  const log = silentLog();
  const local = stack.use(await readBrain());
  stack.use(await serveBrain(local, { path, log }));
  const remote = stack.use(connectBrain({ path, log }));
  await expect.poll(() => remote.status({ signal: AbortSignal.timeout(5_000) }).then(() => true)).toBe(true);
  const owned = stack.move();
  return { ...local, ...remote, [Symbol.asyncDispose]: () => owned.disposeAsync() };
});
