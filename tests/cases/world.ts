import { openDiscordEmulator, type DiscordEmulator } from "../../emulators/discord/emulator.ts";

/** Of the shape that Discord's tokens have, with a mark in it. */
export const TOKEN = ["MTAwMDAwMDAwMDAwMDAwMDAw", "CANARY", "CANARYTOKEN_abcdefghijklmnop_0123456789"].join(".");

/** Places of Slack's that cases for any platform name, and those of Discord with the same readers. */
const SAME: Readonly<Record<string, string>> = { C_GENERAL: "ga_general", C_PUB: "ga_pub", G_HR: "ga_hr" };

/** The company of the cases on the emulator: people and places by name. */
export interface Acme extends AsyncDisposable {
  readonly emulator: DiscordEmulator;
  readonly guilds: { readonly GA: string; readonly GB: string };
  readonly roles: Readonly<Record<string, string>>;
  /** The bot that is not Hearth. */
  readonly otherBot: string;
  /** A person's id; one who is not known yet joins the guild GA. */
  person(name: string): string;
  /** A place's id, by Slack's name for it too. A direct message with somebody is "DM_" and the name. */
  place(name: string): string;
  /** A thread of that name in a place, which begins with the first who speaks in it. */
  thread(name: string, where: { readonly in: string; readonly by: string }): string;
  /** The name of a place by its id; a thread has its channel's. */
  nameOf(id: string): string;
  /** Every place there is. */
  readonly places: ReadonlyMap<string, string>;
}

/** Opens the emulator with the company in it. */
export async function openAcme({ grants = [] }: { readonly grants?: readonly string[] } = {}): Promise<Acme> {
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
  const thread = (name: string, given: { in: string; by: string; members?: readonly string[]; private?: boolean }) => {
    const { in: parent, by, ...rest } = given;
    const id = world.thread({ in: parent, name, by, ...rest });
    if (given.private === true) world.addToThread({ thread: id, user: emulator.bot });
    return id;
  };
  const threads = new Map<string, { readonly id: string; readonly parent: string }>();
  const person = (name: string) => {
    const known = people.get(name) ?? member(name);
    people.set(name, known);
    return known;
  };
  places.set(
    "ga_thread_priv",
    thread("priv", { in: need(places, "ga_general"), by: person("ann"), members: [person("bob")], private: true }),
  );
  const place = (name: string) => {
    const direct = /^DM?_(?=[a-z])/.exec(name);
    const own = direct ? `DM_${name.slice(direct[0].length)}` : (SAME[name] ?? name);
    if (direct && !places.has(own)) places.set(own, world.dm({ with: person(own.slice(3)) }));
    return need(places, own);
  };
  return {
    emulator,
    guilds: { GA, GB },
    roles: { leads, hr, admin },
    otherBot,
    person,
    place,
    places,
    thread(name, where) {
      const parent = place(where.in);
      const found = threads.get(`${parent} ${name}`) ?? {
        id: thread(name, { in: parent, by: person(where.by) }),
        parent,
      };
      threads.set(`${parent} ${name}`, found);
      return found.id;
    },
    nameOf(id) {
      const parent = [...threads.values()].find((one) => one.id === id)?.parent ?? id;
      return [...places].find(([, own]) => own === parent)?.[0] ?? id;
    },
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose](),
  };
}

function need(map: ReadonlyMap<string, string>, name: string): string {
  const found = map.get(name);
  if (found === undefined) throw new Error(`The world of the cases has no ${name}`);
  return found;
}
