import type { IncomingMessage } from "node:http";
import { isObject } from "./checks.ts";
import type { Upload } from "./messages.ts";

/** What a request carried. */
export interface Body {
  readonly json: unknown;
  readonly files: readonly Upload[];
  /** Why it could not be read. */
  readonly unreadable?: string;
}

const MAX_BYTES = 25 * 1024 * 1024;
const NOTHING: Body = { json: undefined, files: [] };

/** Reads a body: JSON, or `payload_json` with `files[n]`. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BYTES) chunks.push(bytes);
  }
  if (size === 0) return NOTHING;
  if (size > MAX_BYTES) return { ...NOTHING, unreadable: "The request is larger than 25 MiB" };
  const type = request.headers["content-type"] ?? "";
  const bytes = Buffer.concat(chunks);
  if (type.startsWith("multipart/form-data")) return readForm(bytes, type);
  if (type.startsWith("application/json")) return readJson(bytes.toString("utf8"));
  return { ...NOTHING, unreadable: `Content-Type "${type}" is not taken` };
}

function readJson(text: string): Body {
  try {
    return { json: JSON.parse(text), files: [] };
  } catch {
    return { ...NOTHING, unreadable: "The body is not JSON" };
  }
}

async function readForm(bytes: Buffer<ArrayBuffer>, type: string): Promise<Body> {
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const files: Upload[] = [];
  let json: unknown;
  for (const [key, part] of form) {
    if (typeof part === "string" && key === "payload_json") json = readJson(part).json;
    else if (typeof part !== "string" && /^files\[\d+\]$/.test(key)) files.push(await upload(key, part));
    else return { ...NOTHING, unreadable: `The form has a part "${key}" that is not known` };
  }
  return { json: isObject(json) ? json : {}, files };
}

async function upload(key: string, part: File): Promise<Upload> {
  return {
    key,
    name: part.name,
    type: part.type === "" ? undefined : part.type,
    bytes: Buffer.from(await part.arrayBuffer()),
  };
}
