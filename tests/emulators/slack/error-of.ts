/** Slack's error of a call, or what else went wrong; undefined where it went through. */
export async function errorOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return String(Object(Object(error).data).error ?? error);
  }
}
