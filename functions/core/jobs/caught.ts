import type { ChunkFailure } from './job.ts';

/** How engines name a call that had not ended in its time. */
const OUT_OF_TIME: readonly string[] = ['States.Timeout', 'Sandbox.Timedout'];

/**
 * Reads what a Catch hands over. Lambda's Cause is JSON `{errorType, errorMessage, …}`, other engines and other states
 * write plain text; what cannot be parsed is kept as it is.
 */
export function readCaught(error: { Error: string; Cause?: string | undefined }): ChunkFailure {
  const message = messageIn(error.Cause) ?? error.Cause ?? error.Error;
  const [, code] = /^\[([a-z0-9-]+)\] /.exec(message) ?? [];
  const known = code ?? (OUT_OF_TIME.includes(error.Error) ? 'out-of-time' : 'unexpected');
  return { name: error.Error, code: known, message: message.replace(/^\[[a-z0-9-]+\] /, '') };
}

function messageIn(cause: string | undefined): string | undefined {
  if (!cause?.startsWith('{')) return undefined;
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : undefined;
  } catch {
    // Step Functions cuts a long Cause in the middle, which leaves no JSON: its words are still worth showing.
    return undefined;
  }
}

/** Writes an error's code where it survives every engine: in front of the message. `readCaught` takes it off. */
export const withCode = (code: string, message: string): string => `[${code}] ${message}`;
