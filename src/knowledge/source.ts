import type { Audience } from "../chat.ts";

/** One folder of documents, as the configuration names it. */
export interface FolderOptions {
  /** Absolute path. */
  readonly folder: string;
  readonly audience: Audience;
  /** Template for links, such as `https://docs.acme.example/{path}#{anchor}`. */
  readonly url?: string;
  /** Globs, relative to the folder, of files to leave out. */
  readonly exclude: readonly string[];
  /** Files over this many bytes are refused by name. */
  readonly maxBytes: number;
}

/** A file that may be read as a document. `path` is relative to its folder, with forward slashes. */
export interface SourceFile {
  /** Stable over restarts: 32 hexadecimal digits of the SHA-256 of folder and path. */
  readonly id: string;
  readonly path: string;
  readonly absolutePath: string;
  readonly modifiedAt: string;
}

/** What one walk over a source found: the files in order of path, and what was refused, each with one sentence. */
export interface Listing {
  readonly files: readonly SourceFile[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

/** Where documents come from. */
export interface Source {
  readonly options: FolderOptions;
  /** Walks the source to its end; rejects when it cannot, so that "not seen" always means "gone". */
  list(options: { readonly signal: AbortSignal }): Promise<Listing>;
  /** Calls back soon after something changed (changes close together once), until disposed of. */
  watch(onChange: () => void): Promise<AsyncDisposable>;
}
