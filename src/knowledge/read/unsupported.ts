/** Kinds of documents that have no reader, and what to save them as. */
const INSTEAD: Readonly<Record<string, string>> = {
  ".doc": ".docx or .pdf",
  ".odt": ".docx or .pdf",
  ".rtf": ".docx or .pdf",
  ".pages": ".docx or .pdf",
  ".xls": ".xlsx or .csv",
  ".xlsb": ".xlsx or .csv",
  ".ods": ".xlsx or .csv",
  ".numbers": ".xlsx or .csv",
  ".ppt": ".pptx or .pdf",
  ".pps": ".pptx or .pdf",
  ".odp": ".pptx or .pdf",
  ".msg": ".eml",
};

/** Why a document is not read whose kind has no reader, in one sentence; undefined for kinds that are read, or are no documents. */
export function unsupportedReason(name: string): string | undefined {
  const ending = /\.[^./]+$/.exec(name)?.[0].toLowerCase() ?? "";
  const instead = INSTEAD[ending];
  return instead === undefined ? undefined : `files of its kind (${ending}) are not read; save a copy as ${instead}`;
}
