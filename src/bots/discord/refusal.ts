import { DiscordAPIError, RESTJSONErrorCodes } from "discord.js";

/** Why Discord will not do something however often it is asked. */
export type Refusal = "gone" | "forbidden" | "question gone" | "refused";

const FORBIDDEN = new Set<number | string>([
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.CannotSendMessagesToThisUser,
]);

/** Undefined for what another try may mend: the network, a server of Discord's, and the token, which ends everything. Pure. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof DiscordAPIError) || error.status === 401 || error.status === 429) return undefined;
  if (error.status === 404) return "gone";
  if (error.status === 403 || FORBIDDEN.has(error.code)) return "forbidden";
  return isReferenceGone(error) ? "question gone" : "refused";
}

/** Whether a thread is there already for a message. Pure. */
export function isThreadThere(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage;
}

/** Whether something cannot be changed because its thread is archived. Pure. */
export function isArchived(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InvalidActionOnArchivedThread;
}

/** Whether only the reference to the question is refused, since Hearth may not read the channel's history. Pure. */
export function isHistoryHidden(error: unknown): boolean {
  return (
    error instanceof DiscordAPIError &&
    error.code === RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory
  );
}

const DOORS = new Set<number | string>([
  RESTJSONErrorCodes.UnknownWebhook,
  RESTJSONErrorCodes.UnknownInteraction,
  RESTJSONErrorCodes.InvalidWebhookToken,
]);

/** Whether an interaction can be answered no more, or not yet. Pure. */
export function isDoorShut(error: unknown): boolean {
  return error instanceof DiscordAPIError && (DOORS.has(error.code) || error.status === 401);
}

/** A reply to a message that is not there is an invalid form, and the answer names the reference. */
function isReferenceGone({ code, rawError }: DiscordAPIError): boolean {
  return (
    code === RESTJSONErrorCodes.InvalidFormBodyOrContentType && /message_reference/i.test(JSON.stringify(rawError))
  );
}
