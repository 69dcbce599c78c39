import { describe, expect, it } from "vitest";
import { createTextStream } from "../../src/brain/llama-text.ts";
import { withoutThinking } from "../../src/brain/thinking.ts";

/** A model whose tokens are bytes. */
const bytes = {
  detokenize: (tokens: readonly number[]) => new TextDecoder().decode(Uint8Array.from(tokens)),
};
const encode = (text: string) => [...new TextEncoder().encode(text)];

/** What is shown after each byte. */
function shownOf(text: string, stops: readonly string[] = []): string[] {
  const stream = createTextStream(bytes, stops);
  return encode(text).map((token) => {
    stream.push([token]);
    return stream.shown();
  });
}

describe("text of tokens", () => {
  it("shows whole characters only, and in the end all of them", () => {
    const shown = shownOf("Größe 5 €, 😀!");
    expect(shown.every((text) => !text.includes("\uFFFD"))).toBe(true);
    expect(shown.at(-1)).toBe("Größe 5 €, 😀!");
    for (const [index, text] of shown.entries()) expect(text.startsWith(shown[index - 1] ?? "")).toBe(true);
  });

  it("ends before a stop, and never shows the beginning of one", () => {
    const stream = createTextStream(bytes, ["<|end|>"]);
    const shown = encode("Yes <|end|> and more").map((token) => {
      const { stopped } = stream.push([token]);
      return { stopped, text: stream.shown() };
    });
    expect(shown.some(({ text }) => text.includes("<"))).toBe(false);
    expect(shown.find(({ stopped }) => stopped)?.text).toBe("Yes ");
    expect(stream.whole()).toBe("Yes ");
  });

  it("shows a beginning of a stop once it has become something else", () => {
    expect(shownOf("a < b", ["<|end|>"]).at(-1)).toBe("a < b");
  });

  it("keeps thinking out while it lasts, and the mark while it may still become one", () => {
    const shown = shownOf("<think>\nThey ask for 28.\n</think>\n\n28 days.");
    expect(shown.some((text) => text.includes("ask") || text.includes("<"))).toBe(false);
    expect(shown.at(-1)).toBe("28 days.");
  });

  it("shows nothing of a thought that never ends", () => {
    expect(withoutThinking("<think>Hm, what about")).toBe("");
  });

  it("takes no other mark at the beginning for thinking", () => {
    expect(withoutThinking("<thing> is a tag")).toBe("<thing> is a tag");
    expect(withoutThinking("So <think> is a tag")).toBe("So <think> is a tag");
  });
});
