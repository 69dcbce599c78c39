import type { Engine } from "./brain/engine.ts";
import type { OpenRequest } from "./channel/engine-wire.ts";
import { createModelKeeper, onceMore, type ModelProcessOptions } from "./model-keeper.ts";

/**
 * A model in a process of its own, started when it is first needed and again when it dies; what it was writing is then written once
 * more. Three deaths within five minutes end that. Disposing of it ends the process.
 */
export function openModelProcess(
  options: ModelProcessOptions & { readonly request: Omit<OpenRequest, "freeBytes"> },
): Engine {
  const { request } = options;
  const keeper = createModelKeeper({
    ...options,
    open: (remote, { freeBytes, signal }) => remote.open({ ...request, freeBytes }, { signal }),
    without: "answers are quoted",
  });
  return {
    label: () => {
      const hash = keeper.hash();
      return { kind: "llama", name: request.name, ...(hash !== undefined && { hash }) };
    },
    state: () => keeper.state(),
    ready: async ({ signal }) => (await keeper.running(signal)).opened.limits,
    countTokens: (texts, { signal }) => onceMore(keeper, (remote) => remote.countTokens(texts, { signal }), signal),
    generate: (asked, { signal, enough, onText }) => {
      let shown = "";
      const grow = (text: string) => {
        // Asked once more after a death, it may not take back what was shown.
        if (text.length > shown.length && text.startsWith(shown)) onText?.((shown = text));
      };
      return onceMore(
        keeper,
        (remote) => remote.generate(asked, { signal, ...(enough && { enough }), onText: grow }),
        signal,
      );
    },
    peakBytes: () => keeper.peakBytes(),
    forget: () => keeper.forget(),
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}
