/** What is known of a kind of source file: the name of its language behind a fence, and how its parts are told apart. */
export interface CodeKind {
  readonly language: string;
  readonly parts: "code" | "keys" | "tables";
}

/** Endings of files of code, by the language that a fence names. */
const CODE: Readonly<Record<string, string>> = {
  bash: "sh bash zsh",
  c: "c h",
  clojure: "clj cljs",
  cpp: "cc cpp cxx hh hpp",
  csharp: "cs",
  dart: "dart",
  elixir: "ex exs",
  erlang: "erl",
  fsharp: "fs",
  go: "go",
  graphql: "gql graphql",
  groovy: "gradle groovy",
  haskell: "hs",
  hcl: "hcl tf",
  java: "java",
  js: "cjs js mjs",
  jsx: "jsx",
  julia: "jl",
  kotlin: "kt kts",
  lua: "lua",
  perl: "pl pm",
  php: "php",
  powershell: "ps1 psm1",
  protobuf: "proto",
  python: "py pyi",
  r: "r",
  ruby: "rb",
  rust: "rs",
  scala: "scala",
  sql: "sql",
  svelte: "svelte",
  swift: "swift",
  ts: "cts mts ts",
  tsx: "tsx",
  vue: "vue",
  zig: "zig",
};
/** Endings of configuration: keys from the left edge, or tables between square brackets. */
const KEYS: Readonly<Record<string, string>> = { json: "json jsonc json5", yaml: "yaml yml" };
const TABLES: Readonly<Record<string, string>> = { ini: "cfg conf ini properties", toml: "toml" };

/** Kinds by ending, such as ".py". */
export const CODE_KINDS: ReadonlyMap<string, CodeKind> = new Map(
  (
    [
      ["code", CODE],
      ["keys", KEYS],
      ["tables", TABLES],
    ] as const
  ).flatMap(([parts, languages]) =>
    Object.entries(languages).flatMap(([language, endings]) =>
      endings.split(" ").map((ending) => [`.${ending}`, { language, parts }] as const),
    ),
  ),
);

const LOCK = /^(?:package-lock|npm-shrinkwrap|packages\.lock|pnpm-lock|.*\.lock)\.(?:json|ya?ml)$/i;
/** Made by a program from other files; the names are those that compilers and bundlers give. */
const MADE =
  /(?:[.-]min|\.bundle|\.chunk)\.[cm]?js$|(?:\.pb|\.gen|[._]generated|\.g|\.freezed|\.designer|_pb2?|_pb2_grpc)\.\w{1,5}$|\.pb\.\w{1,5}$/i;
/** Settings that are secret by their name: what is in them must never be quoted. */
const SECRET =
  /(?:^|[._-])(?:secrets?|credentials?|passwords?|passwd|token|private[._-]?key|service[._-]?account|client[._-]secret)(?:[._-].*)?\.(?:json[c5]?|ya?ml|toml|ini|cfg|conf|properties)$/i;

/** Whether a file's name says that it is no document although its ending does: locks, made code, secrets. */
export function isLeftOutCode(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return LOCK.test(name) || MADE.test(name) || SECRET.test(name);
}
