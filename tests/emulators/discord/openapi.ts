import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { RequestCheck } from "../../../emulators/discord/rest.ts";

const file = fileURLToPath(new URL("../../../../shared/specs/discord-openapi.json", import.meta.url));

/** Whether Discord's own description of its API is at hand. */
export const hasOpenApi = existsSync(file);

/** Checks each request's body against Discord's own description of its API; undefined, and said aloud, where that is not at hand. */
export function openApiCheck(): RequestCheck | undefined {
  if (!hasOpenApi) {
    console.warn("SKIPPED: requests are not checked against Discord's OpenAPI document, which is not at hand");
    return undefined;
  }
  return (check ??= createCheck());
}

let check: RequestCheck | undefined;

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}

function createCheck(): RequestCheck {
  const document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, logger: false });
  formats.default(ajv);
  ajv.addFormat("snowflake", /^(?:0|[1-9]\d*)$/).addFormat("nonce", true);
  ajv.addSchema(document, "discord");
  const byShape = new Map(Object.keys(document.paths).map((path) => [shapeOf(path), path]));
  const compiled = new Map<string, ValidateFunction | undefined>();
  return ({ method, path, route, body }) => {
    if (route.startsWith("/oauth2/applications")) return [];
    const named = byShape.get(
      shapeOf(route.replace("{message}", path.endsWith("@original") ? "@original" : "{message}")),
    );
    const operation = named === undefined ? undefined : document.paths[named]?.[method.toLowerCase()];
    if (named === undefined || operation === undefined) return [`Discord describes no ${method} ${route}`];
    if (body === undefined) return [];
    const key = `${method} ${named}`;
    if (!compiled.has(key)) compiled.set(key, compile(ajv, named, { method, operation }));
    const validate = compiled.get(key);
    if (validate === undefined) return [`Discord takes no body for ${key}`];
    if (validate(body)) return [];
    // The document has a number here, where the manual and every client have text: too many bits for a number.
    const errors = (validate.errors ?? []).filter(
      ({ instancePath }) => !instancePath.endsWith("default_member_permissions"),
    );
    return errors.map(({ instancePath, message }) => `OpenAPI: ${instancePath} ${message}`);
  };
}

function compile(ajv: Ajv2020, path: string, { method, operation }: { method: string; operation: Operation }) {
  if (operation.requestBody?.content["application/json"] === undefined) return undefined;
  const pointer = ["paths", path, method.toLowerCase(), "requestBody", "content", "application/json", "schema"].map(
    (part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")),
  );
  return ajv.compile({ $ref: `discord#/${pointer.join("/")}` });
}

const shapeOf = (path: string): string => path.replaceAll(/\{\w+\}/g, "{}");
