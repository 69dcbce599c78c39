import type { Answered } from "../brain/brain.ts";

/** How long each step of an answer took, in words. */
export function tookWords({ search, answer, waiting, writing }: Answered["timings"]): string {
  return [
    `search ${duration(search)}`,
    `choosing sentences ${duration(answer)}`,
    ...(waiting === undefined ? [] : [`waiting ${duration(waiting)}`]),
    ...(writing === undefined ? [] : [`writing ${duration(writing)}`]),
  ].join(", ");
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
