import { isObject } from "./checks.ts";
import type { State } from "./state.ts";
import { fullMember, type Json } from "./wire.ts";

/** What op 8 brings: the members that were asked for. Without GUILD_MEMBERS only the bot, and nobody by an empty query. */
export function memberChunks(state: State, d: unknown, all: boolean): Json[] {
  const given = isObject(d) ? d : {};
  const guild = state.guilds.get(typeof given.guild_id === "string" ? given.guild_id : "");
  if (guild?.present !== true) return [];
  const ids = Array.isArray(given.user_ids)
    ? given.user_ids
    : typeof given.user_ids === "string"
      ? [given.user_ids]
      : undefined;
  const query = typeof given.query === "string" ? given.query.toLowerCase() : undefined;
  const limit = typeof given.limit === "number" && given.limit > 0 ? given.limit : Infinity;
  const found = [...guild.members.values()].filter(({ user, nick }) => {
    if (ids !== undefined) return ids.includes(user) && (all || user === state.bot.id || query === undefined);
    const name = nick ?? state.users.get(user)?.name ?? "";
    return (all || (query !== "" && query !== undefined)) && name.toLowerCase().startsWith(query ?? "");
  });
  const members = found.slice(0, limit).map((member) => fullMember(state, member));
  const parts = Math.max(1, Math.ceil(members.length / 1000));
  const missing = (ids ?? []).filter((id) => typeof id !== "string" || !guild.members.has(id));
  return Array.from({ length: parts }, (_, i) => ({
    guild_id: guild.id,
    members: members.slice(i * 1000, (i + 1) * 1000),
    chunk_index: i,
    chunk_count: parts,
    ...(missing.length > 0 ? { not_found: missing } : {}),
    ...(typeof given.nonce === "string" ? { nonce: given.nonce } : {}),
  }));
}
