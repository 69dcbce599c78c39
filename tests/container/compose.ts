import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const seconds = z
  .string()
  .regex(/^\d+s$/)
  .transform((text) => Number.parseInt(text, 10));

// Every key is strict, and where only one value is shown to work only that one is allowed: what is not handled is refused.
const service = z.strictObject({
  build: z.literal("."),
  image: z.string(),
  pull_policy: z.literal("build"),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  restart: z.literal("unless-stopped"),
  stop_grace_period: seconds,
  entrypoint: z.array(z.string()).optional(),
  command: z.string().regex(/^[^"'\\]*$/, { error: "quotes are not handled" }),
  network_mode: z.literal("none").optional(),
  depends_on: z.array(z.string()).default([]),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).default([]),
  environment: z.array(z.string().regex(/^\w+$/)).default([]),
  volumes: z.array(z.string().regex(/^[^:]+:\/[^:]+(?::ro)?$/)),
  tmpfs: z.array(z.string().regex(/^\/[^:]+$/)).default([]),
  healthcheck: z
    .strictObject({ test: z.array(z.string()).min(2), interval: seconds, timeout: seconds, start_period: seconds })
    .optional(),
});

const file = z.strictObject({
  name: z.string(),
  // Holds what the services share; it has been merged into them.
  "x-hearth": z.unknown(),
  services: z.strictObject({ core: service, edge: service }),
  volumes: z.record(z.string(), z.null()),
});

export type Service = z.output<typeof service>;

export interface Mount {
  /** The name of a volume, or an absolute path of the host. */
  readonly source: string;
  readonly isVolume: boolean;
  readonly target: string;
  readonly readOnly: boolean;
}

/** The services of a compose file, with variables from `environment` put in. Throws for any key or value that is not handled. */
export function readCompose(
  path: string,
  environment: Readonly<Record<string, string>>,
): { readonly core: Service; readonly edge: Service } {
  const raw: unknown = parse(readFileSync(path, "utf8"), { merge: true });
  const { services, volumes } = file.parse(interpolate(raw, environment));
  for (const { source, isVolume } of Object.values(services).flatMap((one) => mountsOf(one, "/"))) {
    if (isVolume && !(source in volumes)) throw new Error(`compose.yaml: the volume ${source} is not declared`);
  }
  return services;
}

/** Where a service's volumes and folders go. `home` is the folder of the compose file. */
export function mountsOf({ volumes }: Service, home: string): Mount[] {
  return volumes.map((text) => {
    const [source = "", target = "", mode] = text.split(":");
    const isVolume = !/[./]/.test(source);
    return { source: isVolume ? source : resolve(home, source), isVolume, target, readOnly: mode === "ro" };
  });
}

/** `${NAME}`, `${NAME-default}` and `${NAME:-default}`, in every string below `value`. */
function interpolate(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") {
    return value.replace(/\$(\{(\w+)(?:(:?-)([^}]*))?\})?/g, (whole, braces, name: string, operator, otherwise) => {
      if (!braces) throw new Error(`compose.yaml: "${whole}" in "${value}" is not handled`);
      const found = environment[name];
      return found === undefined || (operator === ":-" && found === "") ? (otherwise ?? "") : found;
    });
  }
  if (Array.isArray(value)) return value.map((one: unknown) => interpolate(one, environment));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolate(one, environment)]));
  }
  return value;
}
