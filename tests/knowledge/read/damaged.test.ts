import { describe, expect, it } from "vitest";
import { cutPassages } from "../../../src/knowledge/passages.ts";
import { readDocuments } from "../../../src/knowledge/read/read.ts";
import { zipOf } from "../../helpers/zip.ts";

const id = "0123456789abcdef0123456789abcdef";
const mail = (day: number) =>
  `From: Jane <j@a.example>\nSubject: Move\nDate: ${day} Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n` +
  "--b\nContent-Type: text/plain; charset=utf-8\n\nWe move.\n\nOn 2 Nov 2026, Bob wrote:\n> When?\n--b\nContent-Type: text/html\n\n<p>We <b>move</b></p>\n" +
  '--b\nContent-Disposition: attachment; filename="a.md"\nContent-Transfer-Encoding: base64\n\nIyBQbGFuCg==\n--b--\n';
const entities =
  '<hibernate-generic><object class="Page"><id name="id">1</id><property name="title"><![CDATA[A]]></property></object>' +
  '<object class="BodyContent"><id name="id">2</id><property name="body"><![CDATA[<p>x <ac:link><ri:page ri:content-title="B"/></ac:link></p>]]></property>' +
  '<property name="content" class="Page"><id name="id">1</id></property></object></hibernate-generic>';

const files: Readonly<Record<string, string | Uint8Array>> = {
  "mail.eml": mail(1),
  "team.mbox": [1, 2, 3].map((day) => `From j@a.example Mon Nov  2 10:12:00 2026\n${mail(day)}\n`).join(""),
  "plain.zip": zipOf({ "a.md": "# A\n\nText.", "b/c.html": "<h1>B</h1><p>Text", "d.zip": zipOf({ "e.txt": "Text." }) }),
  "notion.zip": zipOf({ [`A ${id}.md`]: `# A\n\nTags: a\n\n[B](A%20${id}.md)\n` }),
  "confluence.zip": zipOf({ "entities.xml": entities, "exportDescriptor.properties": "x" }),
  "page_1234.html":
    '<ol id="breadcrumbs"><li>A</li></ol><span id="title-text">A : B</span><div id="main-content" class="wiki-content"><p>x</p></div>',
  "code.py": "class A:\n    # B\n    def b(self):\n        return {'a': [1, 2]}\n\ndef c():\n    pass\n",
  "api.yaml":
    "openapi: 3.0.0\ninfo: { title: A }\npaths:\n  /a:\n    get:\n      responses: { 200: { description: ok } }\n",
  "api.json": '{"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [{"name": "x", "in": "query"}]}}}}',
  "guide.mdx":
    "import A from 'a'\n\n# Hi {#a}\n\n<A b={{ c: 1 }} title=\"x\">\n  Text {d}\n</A>\n\n[[B|c]][^1]\n\n[^1]: d\n",
};

/** Numbers from 0 up to 1, the same on every run. */
function chances(): () => number {
  let state = 7;
  return () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x80000000;
}

/** Cut off, with letters changed, with a piece left out, with a piece twice. */
function damage(bytes: Buffer, { round, chance }: { readonly round: number; readonly chance: () => number }): Buffer {
  const at = Math.floor(chance() * bytes.length);
  const to = at + Math.floor(chance() * 100);
  if (round % 4 === 0) return bytes.subarray(0, at);
  if (round % 4 === 1) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
  if (round % 4 === 2) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
  const changed = Buffer.from(bytes);
  for (let count = 0; count < 10; count += 1) changed[Math.floor(chance() * bytes.length)] = Math.floor(chance() * 256);
  return changed;
}

describe("a damaged file", () => {
  for (const [path, content] of Object.entries(files)) {
    it(`is read, or refused in one sentence for people: ${path}`, { timeout: 60_000 }, async () => {
      const chance = chances();
      for (let round = 0; round < 60; round += 1) {
        const bytes = damage(Buffer.from(content), { round, chance });
        try {
          const documents = await readDocuments(bytes, { path });
          const parts = documents.map(({ part }) => part);
          expect(new Set(parts).size).toBe(parts.length);
          for (const document of documents) {
            expect(document.title).not.toBe("");
            cutPassages(document, { documentId: "d", path });
          }
        } catch (error) {
          expect(error).toMatchObject({ name: "Error", message: expect.stringMatching(/^[a-z][^\n]{5,600}$/) });
        }
      }
    });
  }
});
