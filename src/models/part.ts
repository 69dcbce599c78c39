import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";

const schema = z.object({ source: z.string(), validator: z.string().optional() });

/** Where the bytes of a part come from, and the server's mark of that version of the file. */
export type PartNote = z.output<typeof schema>;

/** A file that has come in part. */
export interface Part {
  readonly bytes: number;
  readonly note: PartNote | undefined;
}

/** What is there of a file that has come in part. */
export async function readPart(path: string): Promise<Part> {
  const stats = await stat(path).catch(() => undefined);
  const text = await readFile(noteOf(path), "utf8").catch(() => "");
  return { bytes: stats?.size ?? 0, note: schema.safeParse(parsed(text)).data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Notes where the bytes of a part come from. */
export async function notePart(path: string, note: PartNote): Promise<void> {
  await writeFile(noteOf(path), JSON.stringify(note), { mode: 0o600 });
}

/** Removes a part and its note. */
export async function dropPart(path: string): Promise<void> {
  await Promise.all([rm(path, { force: true }), rm(noteOf(path), { force: true })]);
}

/** Removes the note of a part that is whole. */
export async function dropNote(path: string): Promise<void> {
  await rm(noteOf(path), { force: true });
}

function noteOf(path: string): string {
  return `${path}.json`;
}
