import type { ServerResponse } from "node:http";
import type { State } from "./state.ts";

/** Answers with an attachment's bytes: whoever knows the address may have it, as on Discord's CDN. */
export function serveFile(state: State, path: string, response: ServerResponse): void {
  const [, , , id = ""] = path.split("/");
  const file = state.files.get(id);
  if (file === undefined) {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("This content is no longer available.");
    return;
  }
  response.writeHead(200, {
    "Content-Type": file.type ?? "application/octet-stream",
    "Content-Length": file.bytes.length,
  });
  response.end(file.bytes);
}
