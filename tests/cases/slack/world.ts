import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { openSlackEmulator, type SlackEmulator } from "../../../emulators/slack/emulator.ts";
import type { Workspace } from "../../../emulators/slack/world.ts";
import { root } from "../../helpers/hearth.ts";
import { need, ownName } from "../acme.ts";

/** The company on the emulator of Slack: people and places by name. */
export interface SlackWorld {
  readonly emulator: SlackEmulator;
  /** The company's workspace, and that of the other company. */
  readonly team: Workspace;
  readonly other: Workspace;
  readonly places: ReadonlyMap<string, string>;
  /** A person's id; one who is not known yet joins the company. */
  readonly person: (name: string) => string;
  readonly place: (name: string) => string;
  /** The name of a place by its id. */
  readonly nameOf: (id: string) => string;
}

const manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });

/** The scopes that the manifest asks for: an app that is made from it has just these. */
function scopesAskedFor(): readonly string[] {
  const text = readFileSync(join(root, "config/slack-manifest.yaml"), "utf8");
  return manifest.parse(parse(text)).oauth_config.scopes.bot;
}

/** Opens the emulator with the company in it. `grants`: scopes beyond those of the manifest. */
export async function openSlackWorld({ grants }: { readonly grants: readonly string[] }): Promise<SlackWorld> {
  const emulator = await openSlackEmulator({ scopes: [...scopesAskedFor(), ...grants] });
  const { world } = emulator;
  const team = world.workspace({ name: "Acme" });
  const other = world.workspace({ name: "Partner", installed: false });
  const people = new Map<string, string>();
  const person = (name: string) => {
    const known = people.get(name) ?? world.user({ team: team.id, name });
    people.set(name, known);
    return known;
  };
  for (const name of ["ann", "bob", "carl", "eve"]) person(name);
  people.set("mod", world.user({ team: team.id, name: "mod", isAdmin: true }));
  people.set("partner", world.user({ team: other.id, name: "partner" }));
  const staff = ["ann", "bob", "carl", "mod", "eve"].map(person);
  const open = (name: string, members = staff) => world.channel({ team: team.id, name, members });
  const places = new Map([
    ["C_GENERAL", open("general")],
    ["C_PUB", open("pub")],
    ["C_FLIP", open("flip")],
    ["C_SHARED", open("shared", [person("ann"), person("bob")])],
    ["G_HR", world.channel({ team: team.id, name: "hr", kind: "private", members: [person("ann"), person("bob")] })],
  ]);
  world.share({ channel: need(places, "C_SHARED"), with: other.id });
  world.join({ channel: need(places, "C_SHARED"), user: person("partner") });
  const place = (name: string) => {
    const own = ownName(name, "slack");
    if (own.startsWith("DM_") && !places.has(own)) places.set(own, world.dm({ with: [person(own.slice(3))] }));
    // A group message among the first people that there are; its number says how many.
    const group = /^MP_(\d+)$/.exec(own)?.[1];
    if (group !== undefined && !places.has(own)) {
      const [first = "", ...rest] = staff.slice(0, Math.max(2, Number(group)));
      places.set(own, world.dm({ with: [first, ...rest] }));
    }
    return need(places, own);
  };
  return {
    emulator,
    team,
    other,
    places,
    person,
    place,
    nameOf: (id) => [...places].find(([, own]) => own === id)?.[0] ?? id,
  };
}
