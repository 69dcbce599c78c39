import type { Writable } from "node:stream";
import { Presets, SingleBar } from "cli-progress";

/** A progress bar over documents that are being read; draws nothing unless visible, and goes when disposed of. */
export function syncBar({ to, visible }: { readonly to: Writable; readonly visible: boolean }): Disposable & {
  update(state: { readonly done: number; readonly total: number }): void;
} {
  const bar = new SingleBar(
    {
      format: "  Reading    {bar} {value} of {total} documents, {eta_formatted} left",
      stream: to as NodeJS.WritableStream as never,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 30,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update({ done, total }) {
      if (!visible || total === 0) return;
      if (started) bar.setTotal(total);
      else bar.start(total, done);
      started = true;
      bar.update(done);
    },
    [Symbol.dispose]() {
      if (started) bar.stop();
    },
  };
}
