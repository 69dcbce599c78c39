import type { Dialect } from "../dialect.ts";

const STYLES = { date: "f", ago: "R" } as const;

/** How texts of Hearth's own are written on Discord. */
export const DISCORD: Dialect = {
  name: "Discord",
  when: (instant, how) => `<t:${Math.floor(Date.parse(instant) / 1000)}:${STYLES[how]}>`,
  small: (line) => `-# ${line}`,
  command: (words) => `/${words}`,
  mayManage: "the permission Manage Channels in this channel, or an admin named in Hearth's configuration",
};
