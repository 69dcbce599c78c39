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
  /**
   * Size, times and inode: while it stays the same, so does the file. Missing where the file changed so lately that it could change
   * again without its times telling.
   */
  readonly stamp?: string;
}

/**
 * A file or folder that was not taken, with one sentence that says why. `isUnread`: it, or what is below it, may well be a document,
 * but could not be looked at this time.
 */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
  readonly isUnread: boolean;
}

/** What one walk over a source found, in order of path. */
export interface Listing {
  readonly files: readonly SourceFile[];
  readonly refused: readonly Refusal[];
}

/** Where documents come from. */
export interface Source {
  readonly options: FolderOptions;
  /** The id that a file at this path has. */
  idOf(path: string): string;
  /** Walks the source to its end; rejects when it cannot, so that "not seen" always means "gone". */
  list(options: { readonly signal: AbortSignal }): Promise<Listing>;
  /** Looks at some absolute paths alone, and gives the ids of the files that are, or were, there; those outside of it are left out. */
  look(
    absolutePaths: Iterable<string>,
    options: { readonly signal: AbortSignal },
  ): Promise<Listing & { readonly ids: ReadonlySet<string> }>;
  /** Calls back soon after something changed (changes close together once), until disposed of; with what changed, as far as it is known. */
  watch(onChange: (absolutePaths: readonly string[]) => void): Promise<AsyncDisposable>;
}
