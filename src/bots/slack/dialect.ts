import type { Dialect } from "../dialect.ts";

/** How texts of Hearth's own are written on Slack, whose Markdown knows neither times nor small letters. */
export const SLACK: Dialect = {
  name: "Slack",
  when: (instant) => `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`,
  small: (line) => line,
  command: (words) => (/^(?:memory|forget|privacy|status)\b/.test(words) ? `/hearth ${words}` : `/${words}`),
  mayManage: "an admin of the workspace, whoever made this channel, or an admin named in Hearth's configuration",
};
