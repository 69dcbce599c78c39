import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Audience, Passage } from "../../src/chat.ts";
import type { IndexedDocument } from "../../src/knowledge/document.ts";
import type { PassageIndex } from "../../src/knowledge/passage-index.ts";

const everyone: readonly Audience[] = ["public", "team"];
const search = { clearance: everyone, limit: 10 };

export function idOf(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 32);
}

/** A document with one passage for each text. */
export function indexed(
  path: string,
  texts: readonly string[],
  given: { readonly audience?: Audience; readonly title?: string; readonly headings?: readonly string[] } = {},
): IndexedDocument {
  const id = idOf(path);
  const passages = texts.map((text, position): Passage => ({
    id: `${id}#${position}`,
    documentId: id,
    path,
    title: given.title ?? path,
    headings: given.headings ?? [],
    anchor: "",
    lines: [position * 2 + 1, position * 2 + 1],
    modifiedAt: "2026-11-24T09:00:00.000Z",
    text,
  }));
  const [first, ...rest] = passages;
  if (!first) throw new Error("A document needs a passage");
  return {
    id,
    file: id,
    hash: createHash("sha256").update(texts.join("\n")).digest("hex"),
    audience: given.audience ?? "team",
    modifiedAt: "2026-11-24T09:00:00.000Z",
    passages: [first, ...rest],
  };
}

/** What every PassageIndex must do, whatever it is stored in. `open` gives an empty one; `reopen` the same one again, where that can be. */
export function describePassageIndex(
  name: string,
  { open, reopen }: { readonly open: () => Promise<PassageIndex>; readonly reopen?: () => Promise<PassageIndex> },
): void {
  describe(name, () => {
    const paths = async (index: PassageIndex, words: string, options: { prefix?: boolean } = {}) =>
      (await index.search(words, { ...search, ...options })).map(({ passage }) => passage.path);
    const add = (index: PassageIndex, ...documents: IndexedDocument[]) => index.replace({ documents, removed: [] });

    it("finds the same side by side as one after the other", async () => {
      await using index = await open();
      const words = Array.from({ length: 60 }, (_, number) => `word${number}`);
      await add(index, ...words.map((word) => indexed(`${word}.md`, [`Here stands ${word}.`])));
      const [known = "", ...others] = words;
      // What was asked for before and what is new take turns, so that it is remembered while it is being found.
      for (const other of others) {
        for (let time = 0; time < 2; time += 1) expect(await paths(index, known)).toEqual([`${known}.md`]);
        const found = await Promise.all([paths(index, other), paths(index, known), paths(index, known)]);
        expect(found).toEqual([[`${other}.md`], [`${known}.md`], [`${known}.md`]]);
      }
    });

    it("has another version after every write", async () => {
      await using index = await open();
      const versions = [await index.version()];
      await add(index, indexed("leave.md", ["Everybody gets leave."]));
      versions.push(await index.version());
      await index.replace({ documents: [], removed: [idOf("leave.md")] });
      versions.push(await index.version());
      expect(new Set(versions).size).toBe(3);
    });

    it("finds nothing while it is empty", async () => {
      await using index = await open();
      expect(await index.search("leave", search)).toEqual([]);
      expect(await index.count()).toEqual({ documents: 0, passages: 0 });
      expect(await index.frequencies(["leave"], { clearance: everyone, cap: 10 })).toEqual([0]);
      expect((await index.documents()).size).toBe(0);
    });

    it("gives a passage back as it was stored", async () => {
      await using index = await open();
      const document = indexed("leave.md", ["Everybody gets 28 days of leave."], {
        title: "Leave",
        headings: ["Annual", "Days"],
      });
      const [passage] = document.passages;
      const stored: Passage = {
        ...passage,
        anchor: "days",
        lines: [7, 9],
        url: "https://docs.acme.example/leave.md#days",
      };
      await add(index, { ...document, passages: [stored] });
      const [hit] = await index.search("days of leave", search);
      expect(hit?.passage).toEqual(stored);
      expect(hit?.score).toBeGreaterThan(0);
    });

    it("finds other forms of a word, words of the title and of the headings", async () => {
      await using index = await open();
      await add(
        index,
        indexed("a.md", ["Approvals are given by leads."], { title: "Purchasing", headings: ["Laptops"] }),
      );
      expect(await paths(index, "approval")).toEqual(["a.md"]);
      expect(await paths(index, "purchase")).toEqual(["a.md"]);
      expect(await paths(index, "laptop")).toEqual(["a.md"]);
    });

    it("ranks the passage with more of the words first", async () => {
      await using index = await open();
      await add(
        index,
        indexed("one.md", ["The printer is on the second floor."]),
        indexed("two.md", ["The printer password is changed weekly."]),
      );
      expect((await paths(index, "printer password"))[0]).toBe("two.md");
    });

    it("finds words in writing without spaces", async () => {
      await using index = await open();
      await add(
        index,
        indexed("zh.md", ["员工每年有二十八天年假。"]),
        indexed("th.md", ["พนักงานลาพักร้อนได้ปีละยี่สิบแปดวัน"]),
      );
      expect(await paths(index, "年假")).toEqual(["zh.md"]);
      expect(await paths(index, "พักร้อน")).toEqual(["th.md"]);
    });

    it("shows a passage only to a clearance that covers it", async () => {
      await using index = await open();
      await add(
        index,
        indexed("open.md", ["A word about salaries."], { audience: "public" }),
        indexed("closed.md", ["Another word about salaries."]),
      );
      const found = await index.search("salaries", { clearance: ["public"], limit: 10 });
      expect(found.map(({ passage }) => passage.path)).toEqual(["open.md"]);
      expect(await index.document(idOf("closed.md"), { clearance: ["public"] })).toEqual([]);
      expect(await index.document(idOf("closed.md"), { clearance: ["team"] })).toHaveLength(1);
    });

    it("refuses a clearance of nothing, and one that tries to widen itself", async () => {
      await using index = await open();
      await add(index, indexed("a.md", ["Words."]));
      await expect(index.search("words", { clearance: [], limit: 1 })).rejects.toThrow("clearance");
      const hostile: readonly Audience[] = ["x') OR ('1'='1:"];
      await expect(index.search("words", { clearance: hostile, limit: 1 })).rejects.toThrow("audience");
      await expect(index.document(idOf("a.md"), { clearance: [] })).rejects.toThrow("clearance");
    });

    it("replaces a document whole: what is gone from it is gone", async () => {
      await using index = await open();
      await add(index, indexed("a.md", ["First version.", "Second paragraph.", "Third paragraph."]));
      await add(index, indexed("a.md", ["Only version."]));
      expect(await index.count()).toEqual({ documents: 1, passages: 1 });
      expect(await paths(index, "second third")).toEqual([]);
      expect(await paths(index, "only")).toEqual(["a.md"]);
      expect((await index.documents()).get(idOf("a.md"))).toMatchObject({
        hash: indexed("a.md", ["Only version."]).hash,
        path: "a.md",
        passages: 1,
      });
    });

    it("adds, changes and removes in one step, and leaves the others alone", async () => {
      await using index = await open();
      await add(
        index,
        indexed("keep.md", ["Keep."]),
        indexed("change.md", ["Before."]),
        indexed("remove.md", ["Remove."]),
      );
      await index.replace({
        documents: [indexed("change.md", ["After."]), indexed("add.md", ["Add."])],
        removed: [idOf("remove.md")],
      });
      const known = [...(await index.documents()).values()].map(({ path }) => path).sort();
      expect(known).toEqual(["add.md", "change.md", "keep.md"]);
      await index.replace({ documents: [], removed: [idOf("keep.md"), idOf("never.md")] });
      expect(await index.count()).toEqual({ documents: 2, passages: 2 });
    });

    it("keeps one copy of a document that fifty writers store at once", async () => {
      await using index = await open();
      await Promise.all(
        Array.from({ length: 50 }, (_, turn) => add(index, indexed(`${turn % 10}.md`, [`Turn ${turn}.`, "More."]))),
      );
      expect(await index.count()).toEqual({ documents: 10, passages: 20 });
    });

    it("refuses a document id that is no id", async () => {
      await using index = await open();
      await add(index, indexed("a.md", ["Words."]));
      await expect(index.replace({ documents: [], removed: ["x' OR '1'='1"] })).rejects.toThrow("document id");
      expect(await index.document("x' OR '1'='1", { clearance: everyone })).toEqual([]);
      expect(await index.count()).toEqual({ documents: 1, passages: 1 });
    });

    it("takes any words without failing", async () => {
      await using index = await open();
      await add(index, indexed("a.md", ["Ordinary words."]));
      const odd = [
        "",
        "   ",
        "?!",
        '"',
        "a AND",
        "(((",
        "title:x^2",
        "\0",
        "words\n--",
        "x".repeat(50_000),
        "😀",
        "') OR 1=1 --",
      ];
      for (const words of odd) {
        expect(await index.search(words, search)).toBeInstanceOf(Array);
        expect(await index.search(words, { ...search, prefix: true })).toBeInstanceOf(Array);
      }
      expect(await paths(index, '"ordinary (words')).toEqual(["a.md"]);
    });

    it("finds a heading by the beginning of its last word", async () => {
      await using index = await open();
      await add(
        index,
        indexed("a.md", ["Nothing of note."], { headings: ["Travel reimbursement"] }),
        indexed("b.md", ["Other."]),
      );
      expect((await paths(index, "travel reim", { prefix: true }))[0]).toBe("a.md");
      expect((await paths(index, "reimb", { prefix: true }))[0]).toBe("a.md");
    });

    it("counts in how many passages a word stands, in any form, up to the cap", async () => {
      await using index = await open();
      await add(index, indexed("a.md", ["One claim.", "Two claims.", "Claiming.", "None."]));
      expect(await index.frequencies(["claims", "none", "absent"], { clearance: everyone, cap: 10 })).toEqual([
        3, 1, 0,
      ]);
      expect(await index.frequencies(["claims"], { clearance: everyone, cap: 2 })).toEqual([2]);
      await add(index, indexed("b.md", ["Another claim."]));
      expect(await index.frequencies(["claims"], { clearance: everyone, cap: 10 })).toEqual([4]);
    });

    it("counts only where the reader may read, and refuses a clearance of nothing", async () => {
      await using index = await open();
      await add(
        index,
        indexed("open.md", ["The merger is known."], { audience: "public" }),
        indexed("closed.md", ["The merger is called Falcon."]),
      );
      const words = ["merger", "falcon"];
      expect(await index.frequencies(words, { clearance: ["public"], cap: 10 })).toEqual([1, 0]);
      expect(await index.frequencies(words, { clearance: everyone, cap: 10 })).toEqual([2, 1]);
      await expect(index.frequencies(words, { clearance: [], cap: 10 })).rejects.toThrow("clearance");
    });

    it("gives a document's passages in order", async () => {
      await using index = await open();
      const texts = Array.from({ length: 25 }, (_, position) => `Paragraph ${position}.`);
      await add(index, indexed("long.md", texts), indexed("other.md", ["Other."]));
      const passages = await index.document(idOf("long.md"), { clearance: everyone });
      expect(passages.map(({ text }) => text)).toEqual(texts);
    });

    it("finds the same after it was optimized, and what came after that", async () => {
      await using index = await open();
      await add(index, indexed("a.md", ["Apples."]));
      await index.optimize();
      await add(index, indexed("b.md", ["Bananas and apples."]));
      expect((await paths(index, "apples")).sort()).toEqual(["a.md", "b.md"]);
      await index.optimize();
      expect((await paths(index, "apples")).sort()).toEqual(["a.md", "b.md"]);
    });

    it.skipIf(!reopen)("still knows everything after it was closed and opened", async () => {
      await using first = await open();
      await add(first, indexed("a.md", ["Apples."]));
      await using second = await (reopen ?? open)();
      expect(await paths(second, "apples")).toEqual(["a.md"]);
      expect((await second.documents()).size).toBe(1);
    });
  });
}
