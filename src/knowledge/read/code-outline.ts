import { sizeOf } from "../split-block.ts";
import { declarationOf, keyOf } from "./code-declaration.ts";
import type { CodeKind } from "./code-files.ts";

/** Lines of code that belong together, from `from` up to but not with `to`, both counted from 0, and the names of what they stand in. */
export interface Stretch {
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** A declaration with at least so many words is shown by itself; smaller ones go with what stands around them. */
const LEAST_WORDS = 30;
/** A class and all that is in it with at most so many words is not taken apart. */
const WHOLE_WORDS = 150;
/** A class in a class in a module; what stands deeper has no name of its own. */
const DEEPEST = 3;

/** Something that is declared: where it stands in, and its lines. */
interface Scope {
  readonly name: string;
  readonly indent: number;
  readonly isContainer: boolean;
  readonly parent: Scope | undefined;
  words: number;
}

/**
 * The lines of a source file as stretches along what they declare, in order and without gaps. It goes by words and indentation alone: a
 * grammar for each language would know more, but is as large as this program, fails on code that is only a part, and there is none for
 * many of the languages teams use.
 */
export function outline(lines: readonly string[], kind: CodeKind): readonly Stretch[] {
  const scopes = scopesOf(lines, kind);
  lines.forEach((line, index) => {
    const words = sizeOf(line);
    for (let scope = scopes[index]; scope; scope = scope.parent) scope.words += words;
  });
  const stretches: { names: readonly string[]; key: Scope | undefined; from: number; to: number }[] = [];
  lines.forEach((_, index) => {
    const shown = shownScope(scopes[index]);
    const last = stretches.at(-1);
    if (last && last.key === shown) last.to = index + 1;
    else stretches.push({ names: namesOf(shown), key: shown, from: index, to: index + 1 });
  });
  return joinCrumbs(stretches, lines);
}

/** For each line the innermost declaration that it belongs to, comments above a declaration with it. */
function scopesOf(lines: readonly string[], kind: CodeKind): (Scope | undefined)[] {
  const scopes: (Scope | undefined)[] = [];
  let open: Scope | undefined;
  let comment: "" | "*/" = "";
  /** Where the comments and decorators begin that stand right above this line. */
  let leadFrom = 0;
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    const indent = text === "" ? Number.POSITIVE_INFINITY : indentOf(line);
    const isComment = comment !== "" || isLead(text);
    if (comment === "" && text.startsWith("/*") && !text.includes("*/")) comment = "*/";
    else if (comment !== "" && text.includes(comment)) comment = "";
    if (!isComment) open = stillOpen(open, { indent, text });
    const declared = isComment || text === "" ? undefined : declare(text, { kind, indent, open });
    open = declared ?? open;
    const scope = scopeAround(open, indent);
    if (!isComment && text !== "") scopes.fill(scope, leadFrom);
    scopes.push(scope);
    if (!isComment) leadFrom = index + 1;
  }
  return scopes;
}

function declare(
  text: string,
  { kind, indent, open }: { readonly kind: CodeKind; readonly indent: number; readonly open: Scope | undefined },
): Scope | undefined {
  if (kind.parts !== "code") {
    const key = indent <= (kind.language === "json" ? 4 : 0) && open === undefined ? keyOf(text, kind) : undefined;
    return key === undefined ? undefined : { name: key, indent, isContainer: false, parent: undefined, words: 0 };
  }
  if (open && (!open.isContainer || depthOf(open) >= DEEPEST)) return undefined;
  const found = declarationOf(text, { isInside: open !== undefined });
  return found && { ...found, indent, parent: open, words: 0 };
}

/** The declaration that is still open at a line: a line that stands no deeper ends it, unless it goes on with it. */
function stillOpen(
  open: Scope | undefined,
  { indent, text }: { readonly indent: number; readonly text: string },
): Scope | undefined {
  let scope = open;
  while (scope && indent <= scope.indent && !(indent === scope.indent && goesOn(text))) scope = scope.parent;
  return scope;
}

/** Lines at the edge that belong to what stands above them: closing brackets, other branches, directives for the compiler. */
function goesOn(text: string): boolean {
  return /^(?:[)\]}{]|end\b|else\b|elif\b|elsif\b|elseif\b|catch\b|except\b|finally\b|rescue\b|ensure\b|then\b|where\b|->|=>|(?:public|private|protected)\s*:|#\s*(?:if|ifdef|ifndef|else|elif|endif|define|pragma)\b)/.test(
    text,
  );
}

function scopeAround(open: Scope | undefined, indent: number): Scope | undefined {
  let scope = open;
  while (scope && indent < scope.indent) scope = scope.parent;
  return scope;
}

/** Comments and decorators, which go with what stands below them. */
function isLead(text: string): boolean {
  return /^(?:\/\/|\/\*|\*|--(?!>)|;;|%%|@[\w.]+|#\[|#(?!\s*(?:if|ifdef|ifndef|else|elif|endif|define|include|pragma|import)\b)|\[[A-Z]\w*[(\]])/.test(
    text,
  );
}

function indentOf(line: string): number {
  let indent = 0;
  for (const letter of line) {
    if (letter === " ") indent += 1;
    else if (letter === "\t") indent += 4;
    else break;
  }
  return indent;
}

/** The declaration by which a line is shown: the outermost that is small enough to be whole, else the innermost that is large enough. */
function shownScope(scope: Scope | undefined): Scope | undefined {
  let shown = scope;
  for (let at = scope; at; at = at.parent) {
    if (at.words < LEAST_WORDS) shown = at.parent;
    else if (at.isContainer && at.words <= WHOLE_WORDS) shown = at;
  }
  return shown;
}

function namesOf(scope: Scope | undefined): readonly string[] {
  return scope ? [...namesOf(scope.parent), scope.name] : [];
}

function depthOf(scope: Scope | undefined): number {
  return scope ? 1 + depthOf(scope.parent) : 0;
}

/** Stretches of hardly a word (a closing bracket, the first line of a class) go with the one before or behind them. */
function joinCrumbs(stretches: readonly Stretch[], lines: readonly string[]): readonly Stretch[] {
  const joined: Stretch[] = [];
  let pending: Stretch | undefined;
  for (const stretch of stretches) {
    const own = pending ? { ...stretch, from: pending.from } : stretch;
    const isCrumb = lines.slice(own.from, own.to).reduce((sum, line) => sum + (line.match(/\w+/g)?.length ?? 0), 0) < 6;
    const last = joined.at(-1);
    pending = undefined;
    if (isCrumb && last && stretch.names.length < last.names.length)
      joined[joined.length - 1] = { ...last, to: own.to };
    else if (isCrumb) pending = own;
    else joined.push(own);
  }
  const last = joined.at(-1);
  if (pending && last) joined[joined.length - 1] = { ...last, to: pending.to };
  else if (pending) joined.push(pending);
  return joined;
}
