/** Why a file that came with a question cannot be had, as a sentence without its name. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

/** All bytes of a body. Rejects with FileRefused where there are more than `most`: what a server says of a length is not relied on. */
export async function readBounded(body: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > most) throw new FileRefused(`It has more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
