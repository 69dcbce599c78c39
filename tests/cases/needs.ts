import type { Case, Step } from "./case.ts";

/** Steps of a case, those within others too. */
function allSteps({ setup, input }: Case): Step[] {
  const steps = [...setup, input];
  for (const step of steps)
    for (const value of Object.values(step)) {
      const inner: unknown[] = Array.isArray(value) ? value : [value];
      for (const one of inner)
        if (
          typeof one === "object" &&
          one !== null &&
          "step" in one &&
          typeof one.step === "object" &&
          one.step !== null
        )
          steps.push({ ...one.step });
        else if (Array.isArray(value) && typeof one === "object" && one !== null) steps.push({ ...one });
    }
  return steps;
}

/** Steps that need something of Hearth's, or of a machine, that is not there. */
const MISSING: Readonly<Record<string, string>> = {
  cgroup: "a limit of memory that the runner can set (cgroups)",
  dns: "mirrors of web pages",
  server: "mirrors of web pages",
};

const SETTINGS: Readonly<Record<string, string>> = {
  ingest_url: "mirrors of web pages",
};

/** Why a case cannot be run at all; undefined where it can be tried. */
export function whyNot(given: Case, { model }: { readonly model: string | undefined }): string | undefined {
  if (given.layer === "model" && model === undefined) return "it needs a model (--model FILE)";
  for (const step of allSteps(given)) {
    for (const [name, value] of Object.entries(step)) {
      const missing = MISSING[name] ?? (name === "config" ? settingMissing(value) : undefined);
      if (missing !== undefined) return `it needs ${missing}`;
    }
  }
  return given.platform === "web" ? whyNotWeb(given) : undefined;
}

function settingMissing(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.keys(value).flatMap((key) => SETTINGS[key] ?? [])[0];
}

/** Messages have nowhere to stand in cases of the page alone. */
function whyNotWeb({ setup }: Case): string | undefined {
  return setup.some((step) => "msg" in step) ? "it needs a page that shows channels" : undefined;
}
