import type { Dialect } from "../dialect.ts";

/** How texts of Hearth's own are written on Slack, whose Markdown knows neither times nor small letters. */
export const SLACK: Dialect = {
  name: "Slack",
  when: (instant) => `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`,
  small: (line) => line,
};
