import { isTeam } from "./ids.ts";
import { isObject, textOf, textsOf } from "./read.ts";
import type { ChannelView, Reader } from "./readers.ts";

/** A channel as conversations.info gives it; whatever is unclear counts as shared with other companies. Pure. */
export function viewOfChannel(value: unknown, team: string): ChannelView | undefined {
  const [id, name] = [textOf(value, "id"), textOf(value, "name")];
  if (!isObject(value) || id === undefined) return undefined;
  const teams = [...new Set([team, ...textsOf(value, "shared_team_ids").filter(isTeam)])];
  const isPending = [value["pending_shared"], value["pending_connected_team_ids"]].some(
    (list) => Array.isArray(list) && list.length > 0,
  );
  return {
    id,
    kind: kindOf(value),
    isShared:
      value["is_ext_shared"] === true ||
      value["is_pending_ext_shared"] === true ||
      isPending ||
      (value["is_shared"] === true && value["is_org_shared"] !== true),
    isExternal: value["is_ext_shared"] === true,
    teams,
    ...(name !== undefined && { name }),
  };
}

function kindOf({ is_im: isIm, is_mpim: isGroup, is_private: isPrivate }: Readonly<Record<string, unknown>>) {
  if (isIm === true) return "direct";
  if (isGroup === true) return "group";
  // What does not say that it is public is not.
  return isPrivate === false ? "public" : "private";
}

/** A person, and the time zone (IANA) that they set. */
export type UserView = Reader & { readonly id: string; readonly isAdmin: boolean; readonly zone?: string };

/** A person as users.info and users.list give one; whoever is a stranger is in no workspace of ours. Pure. */
export function viewOfUser(value: unknown): UserView | undefined {
  const [id, zone] = [textOf(value, "id"), textOf(value, "tz")];
  if (!isObject(value) || id === undefined) return undefined;
  const home = textOf(value, "team_id");
  const inOrganisation = textsOf(value["enterprise_user"], "teams").filter(isTeam);
  const teams =
    value["is_stranger"] === true ? [] : [...new Set([...(home === undefined ? [] : [home]), ...inOrganisation])];
  const isOne = (key: string) => value[key] === true;
  return {
    id,
    teams,
    isGuest: isOne("is_restricted") || isOne("is_ultra_restricted"),
    isBot: isOne("is_bot") || id === "USLACKBOT",
    isDeleted: isOne("deleted"),
    isAdmin: isOne("is_admin") || isOne("is_owner") || isOne("is_primary_owner"),
    ...(zone !== undefined && { zone }),
  };
}
