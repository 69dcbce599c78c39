import { openDiscordEmulator, type DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import { need, ownName } from "../acme.ts";

/** Of the shape that Discord's tokens have, with a mark in it. */
export const TOKEN = ["MTAwMDAwMDAwMDAwMDAwMDAw", "CANARY", "CANARYTOKEN_abcdefghijklmnop_0123456789"].join(".");

/** The company on the emulator of Discord: people and places by name. */
export interface DiscordWorld {
  readonly emulator: DiscordEmulator;
  readonly guilds: { readonly GA: string; readonly GB: string };
  readonly roles: Readonly<Record<string, string>>;
  /** The bot that is not Hearth. */
  readonly otherBot: string;
  /** Every place there is, but threads that cases make. */
  readonly places: ReadonlyMap<string, string>;
  /** A person's id; one who is not known yet joins the guild GA. */
  readonly person: (name: string) => string;
  readonly place: (name: string) => string;
  /** A thread of that name in a place, which begins with the first who speaks in it. */
  thread(name: string, where: { readonly in: string; readonly by: string }): string;
  /** The name of a place by its id; a thread has its channel's. */
  readonly nameOf: (id: string) => string;
}

/** Opens the emulator with the company in it. */
export async function openDiscordWorld({ grants }: { readonly grants: readonly string[] }): Promise<DiscordWorld> {
  const emulator = await openDiscordEmulator({ token: TOKEN });
  const { world } = emulator;
  const isAdmin = grants.includes("Administrator");
  const GA = world.guild({ name: "GA", ...(isAdmin && { botRights: ["ADMINISTRATOR"] }) });
  const GB = world.guild({ name: "GB" });
  const leads = world.role({ guild: GA, name: "leads" });
  const hr = world.role({ guild: GA, name: "hr" });
  const admin = world.role({ guild: GA, name: "admin", permissions: ["ADMINISTRATOR"] });
  const member = (name: string, roles: readonly string[] = []) => world.member({ guild: GA, name, roles });
  const people = new Map([
    ["ann", member("ann", [hr, leads])],
    ["bob", member("bob", [hr, leads])],
    ["carl", member("carl")],
    ["mod", member("mod", [admin])],
    ["eve", member("eve")],
    ["eve_alt", member("eve_alt", [leads])],
    ["partner", member("partner")],
    ["zoe", world.member({ guild: GB, name: "zoe" })],
  ]);
  const otherBot = world.member({ guild: GA, name: "other", bot: true });
  people.set("bot:other", otherBot);
  const only = (role: string) => [
    { of: GA, deny: ["VIEW_CHANNEL"] as const },
    { of: role, allow: ["VIEW_CHANNEL"] as const },
    { of: emulator.bot, allow: ["VIEW_CHANNEL"] as const },
  ];
  const places = new Map([
    ["ga_general", world.channel({ guild: GA, name: "general" })],
    ["ga_pub", world.channel({ guild: GA, name: "pub" })],
    ["ga_leads", world.channel({ guild: GA, name: "leads", overwrites: only(leads) })],
    ["ga_hr", world.channel({ guild: GA, name: "hr", overwrites: only(hr) })],
    ["gb_general", world.channel({ guild: GB, name: "general" })],
  ]);
  const person = (name: string) => {
    const known = people.get(name) ?? member(name);
    people.set(name, known);
    return known;
  };
  const priv = world.thread({
    in: need(places, "ga_general"),
    name: "priv",
    by: person("ann"),
    members: [person("bob")],
    private: true,
  });
  world.addToThread({ thread: priv, user: emulator.bot });
  places.set("ga_thread_priv", priv);
  const place = (name: string) => {
    const own = ownName(name, "discord");
    if (own.startsWith("DM_") && !places.has(own)) places.set(own, world.dm({ with: person(own.slice(3)) }));
    return need(places, own);
  };
  const threads = new Map<string, { readonly id: string; readonly parent: string }>();
  return {
    emulator,
    guilds: { GA, GB },
    roles: { leads, hr, admin },
    otherBot,
    places,
    person,
    place,
    thread(name, where) {
      const parent = place(where.in);
      const key = `${parent} ${name}`;
      const found = threads.get(key) ?? { id: world.thread({ in: parent, name, by: person(where.by) }), parent };
      threads.set(key, found);
      return found.id;
    },
    nameOf(id) {
      const parent = [...threads.values()].find((one) => one.id === id)?.parent ?? id;
      return [...places].find(([, own]) => own === parent)?.[0] ?? id;
    },
  };
}
