import { describe, expect, it } from "vitest";
import { readDocuments } from "../../../src/knowledge/read/read.ts";

const read = async (text: string, path = "api.yaml") =>
  (await readDocuments(new TextEncoder().encode(text), { path }))[0];
const readJson = (api: object) =>
  read(JSON.stringify({ openapi: "3.0.0", info: { title: "Shop" }, ...api }), "api.json");

const pets = `openapi: 3.1.0
info:
  title: Pet shop
  version: "1.2"
  description: |
    Sells **pets**.

    ## Limits
    Ten a minute.
servers:
  - url: https://pets.acme.example/v1
paths:
  /pets/{id}:
    parameters:
      - $ref: "#/components/parameters/Id"
    get:
      summary: Find a pet
      operationId: getPet
      tags: [pets]
      security: [{ key: [] }]
      responses:
        "200":
          description: The pet
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Pet" }
        "404": { description: No such pet }
    put:
      description: Changes a pet.
      deprecated: true
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - $ref: "#/components/schemas/Pet"
                - required: [reason]
                  properties:
                    reason: { type: string, enum: [sold, sick], description: a | b }
      responses:
        default: { description: any }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: integer, format: int64 }, description: Its number }
  schemas:
    Pet:
      required: [name]
      properties:
        name: { type: string, description: What it listens to }
        parent: { $ref: "#/components/schemas/Pet" }
        owner: { $ref: "#/components/schemas/Owner" }
        tags: { type: array, items: { type: object, properties: { id: { type: [string, "null"] } } } }
    Owner:
      description: Who feeds it.
      properties: { phone: { type: string } }
`;

describe("a description of an interface", () => {
  it("has a section for what it is, each operation and each schema, with their lines", async () => {
    const document = await read(pets);
    expect(document.title).toBe("Pet shop");
    const headings = document.blocks.filter(({ kind }) => kind === "heading");
    expect(headings).toMatchObject([
      { text: "GET /pets/{id}", anchor: "L16", lines: [16, 16] },
      { text: "PUT /pets/{id}", anchor: "L28" },
      { text: "Pet", anchor: "L48" },
      { text: "Owner", anchor: "L55" },
    ]);
    const texts = document.blocks
      .slice(
        0,
        document.blocks.findIndex(({ kind, level }) => kind === "heading" && level === 2),
      )
      .map(({ text }) => text);
    expect(texts).toEqual([
      "Sells **pets**.",
      "Limits",
      "Ten a minute.",
      "Version: 1.2\nServers: https://pets.acme.example/v1",
      "| Authentication | Kind | Description |\n| --- | --- | --- |\n| key | apiKey, header, X-Key |  |",
    ]);
  });

  it("says of an operation what it takes and answers, with what it refers to", async () => {
    const { blocks } = await read(pets);
    const at = blocks.findIndex(({ text }) => text === "GET /pets/{id}");
    expect(blocks.slice(at + 1, at + 7).map(({ text }) => text)).toEqual([
      "Find a pet",
      "Operation: getPet\nTags: pets\nAuthentication: key",
      "| Parameter | In | Type | Required | Description |\n| --- | --- | --- | --- | --- |\n| id | path | integer (int64) | yes | Its number |",
      "Responses:\n\n- 200: The pet (Pet)\n- 404: No such pet",
      "Fields of response 200:",
      "| Field | Type | Required | Description |\n| --- | --- | --- | --- |\n| name | string | yes | What it listens to |\n" +
        "| parent | Pet |  |  |\n| owner | Owner |  | Who feeds it. |\n| tags | array of object |  |  |\n| tags[].id | string or null |  |  |",
    ]);
    expect(blocks[at + 3]).toMatchObject({ kind: "table", lines: [16, 27] });
  });

  it("goes into what a request is put together of, and not round in circles", async () => {
    const { blocks } = await read(pets);
    const table = blocks.find(({ text }) => text.includes("| reason |"))?.text ?? "";
    expect(table).toContain("| owner.phone | string |  |  |");
    expect(table).toContain("| reason | string, one of: sold, sick | yes | a \\| b |");
    expect(table).not.toContain("parent.");
  });

  it("is read in JSON and in the older Swagger too", async () => {
    const swagger = {
      swagger: "2.0",
      info: { title: "Old", version: "1" },
      host: "x.example",
      basePath: "/v1",
      paths: {
        "/a": {
          post: {
            summary: "Makes one",
            parameters: [
              { in: "body", name: "body", schema: { $ref: "#/definitions/A" } },
              { in: "query", name: "q", type: "string", required: true },
            ],
            responses: { 200: { description: "ok", schema: { type: "array", items: { $ref: "#/definitions/A" } } } },
          },
        },
      },
      definitions: { A: { properties: { x: { type: "integer" } } } },
    };
    const { blocks } = await read(JSON.stringify(swagger, null, 2), "old.json");
    const texts = blocks.map(({ text }) => text);
    expect(texts).toContain("Version: 1\nServers: x.example/v1");
    expect(texts).toContain("Request body: A");
    expect(texts).toContain(
      "| Parameter | In | Type | Required | Description |\n| --- | --- | --- | --- | --- |\n| q | query | string | yes |  |",
    );
    expect(texts).toContain("Responses:\n\n- 200: ok (array of A)");
    expect(blocks.find(({ text }) => text === "POST /a")?.lines[0]).toBe(11);
  });

  it("bears whatever stands in the wrong place", async () => {
    const odd = { paths: [1, null], components: null, info: null, servers: 3, tags: {}, security: "x" };
    expect((await readJson(odd)).title).toBe("Api");
    const get = {
      parameters: [null, 1, { name: {}, in: 3, schema: [] }],
      responses: { 200: null, 201: { content: { a: null } } },
      security: [null, { a: null }],
    };
    expect(
      (await readJson({ paths: { "/a": { get }, "/b": { $ref: "#/paths/~1b" }, "/c": { $ref: "#/nowhere" } } }))
        .blocks[0],
    ).toMatchObject({ text: "GET /a" });
  });

  it("ends where schemas are put together without end", async () => {
    const next = (number: number) => ({
      allOf: Array.from({ length: 50 }, () => ({ $ref: `#/components/schemas/s${number + 1}` })),
    });
    const schemas = Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`s${number}`, next(number)]));
    expect((await readJson({ components: { schemas } })).blocks).toHaveLength(60);
  });

  it("is code where it cannot be parsed, or only speaks of such files", async () => {
    expect((await read("openapi: 3.0.0\n\tx: {{{")).blocks).toMatchObject([{ kind: "code" }]);
    expect((await read("name: openapi\nversion: 3\n")).blocks).toMatchObject([
      { text: "```yaml\nname: openapi\nversion: 3\n```" },
    ]);
    expect((await read('{"a": {"openapi": "3.0.0"}}', "a.json")).blocks).toMatchObject([{ kind: "code" }]);
  });
});
