import { UserError } from "../user-error.ts";

/** What may be set differently from one measurement to the other; what is left out stays as it is. */
export interface Setting {
  readonly model?: string;
  readonly write?: string;
  /** The model that finds by meaning; "none" for words alone. */
  readonly embedder?: string;
}

const WRITE = ["auto", "always", "never"];

/** Settings as they are written on the command line: "write=never,model=none". Throws a UserError for one that cannot be compared. */
export function parseSetting(written: string): Setting {
  const pairs = written.split(",").map((part) => {
    const at = part.indexOf("=");
    const key = part.slice(0, Math.max(0, at)).trim();
    const value = part.slice(at + 1).trim();
    const where = `--against "${written}"`;
    if (at < 0 || value === "") {
      throw new UserError(
        `${where}: "${part.trim()}" is no setting; write model=NAME, embedder=NAME, or write=auto, always or never`,
      );
    }
    if (key !== "model" && key !== "write" && key !== "embedder") {
      throw new UserError(`${where}: ${key} is not a setting that can be compared; use model, write or embedder`);
    }
    if (key === "write" && !WRITE.includes(value)) {
      throw new UserError(`${where}: write=${value} cannot be used; write is auto, always or never`);
    }
    return [key, value] as const;
  });
  return Object.fromEntries(pairs);
}

/** A setting in a few words, as a column's head. */
export function describeSetting({ model, write, embedder }: Setting): string {
  const parts = [
    ...(model === undefined ? [] : [`model=${model.split(/[/\\]/).at(-1) ?? model}`]),
    ...(write === undefined ? [] : [`write=${write}`]),
    ...(embedder === undefined
      ? []
      : [`embedder=${embedder.split(/[/\\]/).findLast((part) => part !== "") ?? embedder}`]),
  ];
  return parts.join(",") || "as configured";
}
