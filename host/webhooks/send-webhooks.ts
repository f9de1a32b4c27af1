import { describeError } from '../../functions/core/errors/errors.ts';
import { type Clock, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { pause } from '../supervisor/part.ts';
import type { Message, Outbox } from './outbox.ts';
import { signedHeaders } from './sign.ts';

export interface SenderOptions {
  readonly url: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** ms until a receiver that says nothing counts as failed */
  readonly patienceMs?: number;
}

export interface Sender {
  /** A message was entered: the sender looks at once. */
  wake(): void;
  /** Stops after the attempt that is on its way. What waits stays in the outbox. */
  close(): Promise<void>;
}

const PATIENCE_MS = 10 * SECOND;
/** A pause is cut into pieces, because a clock may be set meanwhile. */
const PIECE_MS = MINUTE;
/** Nothing waits: only a new message matters. */
const IDLE_MS = HOUR;

/**
 * Delivers what the outbox holds, one message after the other, at least once. Any answer but 2xx, and none at all, is a failure: the
 * message is tried again after pauses that grow, for a day.
 */
export function startSender(outbox: Outbox, options: SenderOptions): Sender {
  const { clock, warn, sleep = pause } = options;
  const over = new AbortController();
  let rest = new AbortController();

  async function attempt(message: Message): Promise<void> {
    const why = await deliver(message, options, over.signal);
    if (over.signal.aborted && why !== undefined) return;
    if (why === undefined) outbox.delivered(message);
    else if (!outbox.failed(message)) warn(`webhook ${message.id} is given up: ${why}`);
    else if (message.attempts === 0)
      warn(`webhook ${message.id} was not delivered: ${why}; it is sent again`);
  }

  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      rest = new AbortController();
      try {
        const [next] = outbox.waiting();
        const wait = next ? next.dueAt - clock() : 0;
        if (next && wait <= 0) await attempt(next);
        else
          await sleep(next ? Math.min(wait, PIECE_MS) : IDLE_MS, AbortSignal.any([rest.signal, over.signal]));
      } catch (error) {
        // A full disk: what waits stays, and is sent when there is room.
        warn(`webhooks: ${describeError(error)}`);
        await sleep(PIECE_MS, over.signal);
      }
    }
  }

  const done = run();
  return {
    wake: () => rest.abort(),
    async close() {
      over.abort();
      await done;
    },
  };
}

/** @returns why it failed; undefined: it was delivered */
async function deliver(
  { id, body }: Message,
  { url, secret, clock, patienceMs = PATIENCE_MS }: SenderOptions,
  over: AbortSignal,
): Promise<string | undefined> {
  const at = Math.floor(clock() / SECOND);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'gordon-data',
        ...signedHeaders(secret, { id, at, body }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(patienceMs), over]),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `the receiver answered ${answer.status}`;
  } catch (error) {
    return describeError(error);
  }
}
