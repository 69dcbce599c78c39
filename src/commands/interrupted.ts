/** Exit code of what Ctrl-C stopped, as shells give it (128 and the number of SIGINT). */
export const INTERRUPTED_EXIT = 130;

/** The work's exit code, or 130 where the signal stopped it. */
export async function unlessInterrupted(signal: AbortSignal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return INTERRUPTED_EXIT;
    throw error;
  }
}
