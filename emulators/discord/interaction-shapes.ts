import { byType, exactly, list, maybe, shape, text, where, whole, type Check, type Read } from "./checks.ts";
import { modalComponents } from "./component-shapes.ts";
import { webhookBody, webhookEditBody } from "./message-shapes.ts";

const value: Check<string | number> = (given, at, problems) =>
  typeof given === "number" ? given : text({ max: 100 })(given, at, problems);

const choice = shape({ name: text({ min: 1, max: 100 }), name_localizations: maybe(shape({})), value });

const modal = shape({
  custom_id: text({ min: 1, max: 100 }),
  title: text({ min: 1, max: 45 }),
  components: modalComponents,
});

/** A deferral may only say that the answer will be private. */
const deferral = where(shape({ flags: maybe(whole(0, 0xff_ff)) }), ({ flags = 0 }) =>
  (flags & ~64) === 0 ? undefined : "Only EPHEMERAL can be set on a deferral.",
);

const written = shape({ type: exactly(4), data: webhookBody });
const deferred = shape({ type: exactly(5), data: maybe(deferral) });
const deferredUpdate = shape({ type: exactly(6), data: maybe(shape({})) });
const updated = shape({ type: exactly(7), data: maybe(webhookEditBody) });
const completed = shape({ type: exactly(8), data: shape({ choices: list(choice, { max: 25 }) }) });
const opened = shape({ type: exactly(9), data: modal });

/** The first response to an interaction. */
export type Callback = Read<
  typeof written | typeof deferred | typeof deferredUpdate | typeof updated | typeof completed | typeof opened
>;

/** Reads a callback by its type. */
export const callbackBody: Check<Callback | undefined> = byType<Callback>({
  4: written,
  5: deferred,
  6: deferredUpdate,
  7: updated,
  8: completed,
  9: opened,
});
