import { setTimeout as sleep } from 'node:timers/promises';

/** Within a test's own timeout, so that the failure names the condition. No bound on speed: it ends what hangs. */
const PATIENCE_MS = 110_000;

/**
 * Polls until a condition holds.
 * @param what describes the condition; a function when the description shows the state that was reached
 * @throws Error when it never holds
 */
export async function until(
  what: string | (() => string | Promise<string>),
  holds: () => boolean | Promise<boolean>,
  everyMs = 20,
): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await sleep(everyMs)) {
    if (Date.now() > deadline) {
      throw new Error(`it never came to this: ${typeof what === 'string' ? what : await what()}`);
    }
  }
}
