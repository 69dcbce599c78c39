import { describe, expect, it } from "vitest";
import { cutPassages } from "../../../src/knowledge/passages.ts";
import { isDocumentName, readDocuments } from "../../../src/knowledge/read/read.ts";

const read = async (path: string, text: string) => (await readDocuments(new TextEncoder().encode(text), { path }))[0];
/** Headings, lines and link of each passage. */
async function outline(path: string, text: string) {
  const passages = cutPassages(await read(path, text), {
    documentId: "d",
    path,
    urlTemplate: "https://git.example/{path}#{anchor}",
  });
  return passages.map(({ headings, lines, url }) => [headings.join(" > "), lines, url?.replace(/^.*#/, "")]);
}
const long = (mark: string) => `${mark} ${"it goes on and says much more about what is done here ".repeat(4)}`;

describe("source code", () => {
  it("is cut at what it declares, with comments above kept, lines counted and linked", async () => {
    const text = [
      "import { books } from 'books'; import { people } from 'people';",
      "",
      "/** Lends a book. */",
      "export async function lend(book) {",
      `  ${long("//")}`,
      "  return book;",
      "}",
      "",
      "// Small ones go together.",
      "const one = () => 1;",
      "const two = () => 2;",
      "",
      "export class Library {",
      `  readonly books = "${long("a")}";`,
      `  readonly people = "${long("a")}";`,
      "  // Gives it back.",
      "  giveBack(book: string): void {",
      `    ${long("//")}`,
      "    this.books.add(book);",
      "  }",
      "}",
    ].join("\n");
    expect(await outline("src/library.ts", text)).toEqual([
      ["", [1, 1], "https://git.example/src/library.ts"],
      ["lend", [3, 7], "L3"],
      ["", [9, 11], "L9"],
      ["Library", [13, 15], "L13"],
      ["Library > giveBack", [16, 21], "L16"],
    ]);
    const document = await read("src/library.ts", text);
    expect(document.title).toBe("library.ts");
    expect(document.blocks[2]?.text).toMatch(/^```ts\n\/\*\* Lends a book\. \*\/\nexport async function/);
  });

  it("shows the methods of a large class below its name", async () => {
    const method = (name: string) => [
      `    # ${name}.`,
      `    def ${name}(self):`,
      `        ${long("#")}`,
      `        return ${name}`,
    ];
    const text = [
      "class Library(Base):",
      `    about = "${long("a")}"`,
      ...["lend", "give_back", "find", "count"].flatMap(method),
    ].join("\n");
    expect((await outline("library.py", text)).map(([heading]) => heading)).toEqual([
      "Library",
      "Library > lend",
      "Library > give_back",
      "Library > find",
      "Library > count",
    ]);
  });

  it("knows declarations of many languages", async () => {
    const declared: Readonly<Record<string, readonly [string, string]>> = {
      "a.go": ["func (s *Store) Add(name string) error {", "Add"],
      "b.go": ["type Store struct {", "Store"],
      "a.rs": ["impl fmt::Display for Point {", "impl fmt::Display for Point"],
      "b.rs": ["pub(crate) async fn shift<T>(&mut self) {", "shift"],
      "a.java": ["public List<String> place(Order order) throws E {", "place"],
      "a.kt": ["suspend fun load(id: Int) {", "load"],
      "a.cs": ["public static async Task<int> Run(string[] args) {", "Run"],
      "a.c": ["static int *read_all(const char *path) {", "read_all"],
      "a.cpp": ["void Shop::Cart::add(int item) {", "Shop::Cart::add"],
      "a.rb": ["def self.add!(item)", "self.add!"],
      "a.php": ["public function store(Request $request) {", "store"],
      "a.sh": ["deploy() {", "deploy"],
      "a.sql": ["CREATE TABLE IF NOT EXISTS shop.customers (", "shop.customers"],
      "a.tf": ['resource "aws_s3_bucket" "logs" {', "resource aws_s3_bucket logs"],
      "a.proto": ["message Order {", "Order"],
      "a.graphql": ["type Order implements Node {", "Order"],
      "a.tsx": ["export const Button = ({ label }: Props) => {", "Button"],
      "a.yaml": ["services:", "services"],
      "a.toml": ["[tool.poetry]", "tool.poetry"],
    };
    for (const [path, [line, name]] of Object.entries(declared)) {
      const text = `${line}\n  ${long("x")}\n`;
      expect([path, (await read(path, text)).blocks[0]]).toMatchObject([path, { kind: "heading", text: name }]);
    }
  });

  it("takes calls, branches and jumps for no declarations", async () => {
    for (const line of [
      "if (a) {",
      "return foo(a) {",
      "describe('x', () => {",
      "else if (x) {",
      "foo(a);",
      "x = foo(a)",
    ]) {
      const document = await read("a.ts", `${line}\n  ${long("x")}\n`);
      expect([line, document.blocks[0]?.kind]).toEqual([line, "code"]);
    }
  });

  it("cuts a long function at its blank lines, and keeps the numbers of its lines", async () => {
    const part = (number: number) => `  step(${number}); ${"more and more words of the program ".repeat(15)}`;
    const text = `function long() {\n${[1, 2, 3, 4].map(part).join("\n\n")}\n}\n`;
    const cut = await outline("a.js", text);
    expect(cut.map(([, lines]) => lines)).toEqual([
      [1, 4],
      [6, 9],
    ]);
  });

  it("leaves out a licence at the top, and knows what a program made by its name only", async () => {
    const licensed = "// Copyright 2026 Acme\n// SPDX-License-Identifier: MIT\n\nconst a = 1;\n";
    expect((await read("a.js", licensed)).blocks).toMatchObject([
      {},
      { text: "```js\nconst a = 1;\n```", lines: [4, 4] },
    ]);
    expect(await read("a.go", "// Code generated by protoc. DO NOT EDIT.\npackage a\n")).toEqual({
      title: "a.go",
      blocks: [],
    });
    expect(await read("a.js", "x=1;".repeat(2_000))).toEqual({ title: "a.js", blocks: [] });
  });

  it("leaves alone locks, made files and settings that are secret by their name", () => {
    for (const name of [
      "package-lock.json",
      "pnpm-lock.yaml",
      "app.min.js",
      "a.pb.go",
      "a_pb2.py",
      "a.generated.ts",
      "secrets.yaml",
      "db-credentials.json",
      "token.json",
      "client_secret_1.json",
      "k8s/app.secret.yml",
      "service-account.json",
    ])
      expect([name, isDocumentName(name)]).toEqual([name, false]);
    for (const name of [
      "package.json",
      "tokens.json",
      "secret-santa.md",
      "secrets.ts",
      "admin.js",
      "compose.yaml",
      "a.d.ts",
    ])
      expect([name, isDocumentName(name)]).toEqual([name, true]);
  });

  it("says that large configuration is data", async () => {
    const data = await read("data.json", `{"a": "${"x ".repeat(120_000)}"}`);
    expect(data).toMatchObject({
      title: "data.json",
      blocks: [],
      unread: "it is data rather than configuration: it has more than 200 kB",
    });
  });
});
