import type { Writable } from "node:stream";
import { Presets, SingleBar } from "cli-progress";

/** A progress bar, over documents that are being read or what else is named; draws nothing unless visible, and goes when disposed of. */
export function syncBar(options: {
  readonly to: Writable;
  readonly visible: boolean;
  readonly label?: string;
  readonly noun?: string;
}): Disposable & {
  update(state: { readonly done: number; readonly total: number }): void;
  /** Takes the bar away until the next update. */
  stop(): void;
} {
  const { to, visible, label = "Reading", noun = "documents" } = options;
  const bar = new SingleBar(
    {
      format: `  ${label.padEnd(9)}  {bar} {value} of {total} ${noun}, {rate}/s, {eta_formatted} left`,
      stream: to,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 30,
    },
    Presets.shades_classic,
  );
  let started: { readonly at: number; readonly done: number } | undefined;
  const stop = () => {
    if (started) bar.stop();
    started = undefined;
  };
  return {
    update({ done, total }) {
      if (!visible || total === 0) return;
      if (started) bar.setTotal(total);
      else bar.start(total, done, { rate: "-" });
      started ??= { at: performance.now(), done };
      const seconds = (performance.now() - started.at) / 1_000;
      bar.update(done, seconds > 0 ? { rate: ((done - started.done) / seconds).toFixed(1) } : {});
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
