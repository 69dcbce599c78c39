import type { Carrier } from "./carrier.ts";
import { createMessageCarrier, type Carrying, type Target } from "./message-carrier.ts";

interface Options {
  readonly signal: AbortSignal;
}

/**
 * Messages that nobody waits for: nothing is shown of them before they are whole, and no line says what goes on. Direct ones go where
 * Slack says that the person is written to, which is asked once.
 */
export function createPostCarrier(
  carrying: Carrying,
  target: Target,
  { post }: { readonly post: "here" | "direct" },
): Carrier {
  const ordinary = createMessageCarrier(carrying, target);
  let opened: Carrier | undefined = post === "direct" ? undefined : ordinary;
  const open = async (options: Options): Promise<Carrier> => {
    const { spot, user } = target;
    if (opened) return opened;
    const channel = await carrying.messages.openDirect(spot.team, user, options);
    return (opened ??= createMessageCarrier(carrying, { ...target, spot: { team: spot.team, channel } }));
  };
  return {
    post: async (part, body, options) => (await open(options)).post(part, body, options),
    edit: (posted, body, options) => ordinary.edit(posted, body, options),
    remove: (posted, options) => ordinary.remove(posted, options),
    posted: () => ordinary.posted(),
    status: () => Promise.resolve(),
    recover: async (options) => (await open(options)).recover?.(options),
  };
}
