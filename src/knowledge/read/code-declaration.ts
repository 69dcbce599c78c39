import type { CodeKind } from "./code-files.ts";

/** What a line declares, and whether others may stand in it. */
export interface Declaration {
  readonly name: string;
  readonly isContainer: boolean;
}

/** No declaration is longer; longer lines are data. */
const LONGEST_LINE = 300;
const MODIFIERS =
  "(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|sealed|async|override|open|virtual|inline|extern|unsafe|pub(?:\\([^()]*\\))?|data|partial|readonly|suspend|const|constexpr|lazy|case|local)\\s+){0,6}";
const CONTAINER = new RegExp(
  `^${MODIFIERS}(?:class|interface|trait|struct|enum|union|module|namespace|object|protocol|extension|record|service|message|mod|contract|defmodule)\\s+([\\w$.:]+)`,
);
const IMPLEMENTATION = /^(?:unsafe\s+)?(impl\b[^{]*?)\s*\{?$/;
const OBJECT = new RegExp(`^${MODIFIERS}(?:const|let|var)\\s+([\\w$]+)\\s*(?::[^=]*)?=\\s*\\{$`);
const GO_TYPE = /^type\s+(\w+)(?:\[[^\]]*\])?\s+(?:struct|interface)\b/;
const FUNCTION = new RegExp(
  `^${MODIFIERS}(?:function\\*?|def|defp|defmacro|fn|func|fun|sub|proc|procedure|macro_rules!|rpc)\\s+(?:\\([^()]*\\)\\s*)?([\\w$.?!:~]+)`,
);
const ARROW = new RegExp(
  `^${MODIFIERS}(?:const|let|var|val)\\s+([\\w$]+)\\s*(?::[^=]*)?=\\s*(?:async\\s*)?(?:\\(|function\\b|[\\w$]+\\s*=>)`,
);
/** "int main(int argc" and "public List<String> names() {": a type, a name and a list that no semicolon ends. */
const TYPED = new RegExp(`^${MODIFIERS}(?:[\\w$:<>,[\\]*&?.~]+\\s+)+[*&]*([\\w$~:]+)\\s*\\([^;=]*$`);
/** "names(first: string): string[] {", only where methods stand. */
const METHOD = new RegExp(`^${MODIFIERS}(?:get\\s+|set\\s+|#)?([\\w$]+)\\s*(?:<[^<>()]*>)?\\([^;]*\\{$`);
const NO_FUNCTION =
  /^(?:if|for|foreach|while|switch|return|else|elif|catch|do|new|throw|await|case|using|with|typeof|delete|yield|assert|import|from|not|and|or|in|match|when|unless|until|print|echo|select|insert|update|goto|raise|lock|super|this)\b/i;
const SQL =
  /^create\s+(?:or\s+replace\s+)?(?:(?:temp|temporary|unique|materialized|global|external|virtual)\s+)*(?:table|view|index|function|procedure|trigger|type|schema|sequence|policy)\s+(?:if\s+not\s+exists\s+)?([\w."`[\]]+)/i;
const TERRAFORM = /^(resource|data|module|variable|output|provider|locals|terraform)((?:\s+"[^"]*"){0,2})\s*\{/;
const GRAPHQL = /^(?:extend\s+)?(?:type|input|query|mutation|subscription|fragment)\s+(\w+)/;
const SHELL = /^([\w-]+)\s*\(\)\s*\{?$/;

/**
 * What a line of code declares, in most languages: it goes by the words that languages have in common. `isInside`: it stands in a class
 * or the like, where methods may stand without a word that says so.
 */
export function declarationOf(line: string, { isInside }: { readonly isInside: boolean }): Declaration | undefined {
  if (line.length > LONGEST_LINE || !/^[\w$@#*~<[]/.test(line)) return undefined;
  const container = CONTAINER.exec(line) ?? OBJECT.exec(line) ?? GO_TYPE.exec(line) ?? IMPLEMENTATION.exec(line);
  if (container) return { name: container[1] ?? "", isContainer: true };
  const block = TERRAFORM.exec(line);
  if (block) return { name: `${block[1]}${block[2]}`.replaceAll(/["\s]+/g, " ").trim(), isContainer: false };
  const named = FUNCTION.exec(line) ?? ARROW.exec(line) ?? SQL.exec(line) ?? GRAPHQL.exec(line) ?? SHELL.exec(line);
  const name = named?.[1] ?? bareName(line, isInside);
  return name === undefined ? undefined : { name: name.replace(/[:.]+$/, ""), isContainer: false };
}

function bareName(line: string, isInside: boolean): string | undefined {
  if (!line.includes("(") || NO_FUNCTION.test(line)) return undefined;
  return TYPED.exec(line)?.[1] ?? (isInside ? METHOD.exec(line)?.[1] : undefined);
}

/** What a line of configuration begins: a key at the left edge (in JSON one step in), or a table. */
export function keyOf(line: string, { parts }: Pick<CodeKind, "parts">): string | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  return parts === "tables"
    ? /^\[+\s*([^[\]]+?)\s*\]+\s*$/.exec(line)?.[1]
    : /^(?:"([^"]+)"|([\w$./@-]+))\s*:/.exec(line)?.slice(1).find(Boolean);
}
