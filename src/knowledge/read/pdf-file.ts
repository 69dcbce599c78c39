import { fileURLToPath } from "node:url";
import type { PDFDocumentProxy } from "pdfjs-dist";

/** Pictures of more points than this are not unpacked: they hold no text, and nothing is drawn here. */
const MOST_PICTURE_POINTS = 1;

/**
 * Opens a PDF from its bytes. Nothing is fetched: fonts are not loaded, and the maps of Chinese, Japanese and Korean letters come
 * from the library's own folder. Rejects with a reason people understand.
 */
export async function openPdf(bytes: Uint8Array): Promise<AsyncDisposable & { readonly pdf: PDFDocumentProxy }> {
  const { getDocument } = await loadLibrary();
  const task = getDocument({
    // The library takes the bytes away from whoever gives them.
    data: new Uint8Array(bytes),
    cMapUrl: fileURLToPath(new URL("cmaps/", import.meta.resolve("pdfjs-dist/package.json"))),
    cMapPacked: true,
    useSystemFonts: true,
    disableFontFace: true,
    // Their names, which tell bold ones.
    fontExtraProperties: true,
    maxImageSize: MOST_PICTURE_POINTS,
    verbosity: 0,
  });
  const close = () => task.destroy();
  try {
    return { pdf: await task.promise, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw new Error(reasonOf(error), { cause: error });
  }
}

/** Loaded with the first PDF, for it is large. */
function loadLibrary() {
  // Only for drawing, which is never asked for; the library complains on the console where they are missing.
  for (const name of ["DOMMatrix", "Path2D"]) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: Object, configurable: true });
  }
  return import("pdfjs-dist/legacy/build/pdf.mjs");
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "PasswordException") return "it is locked with a password; save a copy of it without one";
  return name === "InvalidPDFException" ? "it is no PDF, or only a part of one" : "it is damaged";
}
