import type { Job } from "./inbox.ts";
import type { Ticket } from "./queue.ts";

/** A job of the desk's own, such as a digest by the clock: nobody waits for it, and it is refused by nobody. Pure. */
export function isOwn({ asked }: Job): boolean {
  return asked.route["post"] !== undefined;
}

/** How a job waits. Pure. */
export function ticketOf(of: Job): Ticket {
  const { job, asked } = of;
  const { platform, message } = asked;
  const { space, channel, thread = "" } = message.conversation;
  return {
    job,
    // What the desk does of itself is nobody's: it takes turns as one person does.
    person: isOwn(of) ? platform : `${platform} ${message.author.id}`,
    conversation: JSON.stringify([platform, space, channel, thread]),
  };
}
