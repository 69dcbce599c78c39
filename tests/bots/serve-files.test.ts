import { describe, expect, it } from "vitest";
import { fetchFiles } from "../../src/bots/serve-files.ts";
import { mayPass } from "../../src/channel/protocol.ts";
import { MOST_FILE_BYTES } from "../../src/chat.ts";

const { signal } = new AbortController();

describe("files of a question", () => {
  it("that are just not too large may all pass to the core", async () => {
    const sizes = [MOST_FILE_BYTES - 40, 10, 10, 10, 10];
    const offered = sizes.map((bytes, place) => ({ name: `${place}.md`, bytes, source: "" }));
    const fetchFile = async ({ bytes }: { readonly bytes: number }) => new Uint8Array(bytes);
    const { files, unread } = await fetchFiles(offered, { platform: { fetchFile }, signal });
    expect(unread).toEqual([]);
    expect(files).toHaveLength(5);
    expect(mayPass(files)).toBe(true);
  });
});
