import { createHash } from 'node:crypto';
import { type Clock, DAY, iso, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { ItemFile } from '../../functions/stores/sqlite/item-file.ts';

/** A message that is to be delivered. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** attempts that failed */
  readonly attempts: number;
  /** epoch ms of the next attempt */
  readonly dueAt: number;
}

/** Pauses after each failed attempt; ms. What fails once more is given up. */
export const PAUSES = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  ...Array.from({ length: 23 }, () => 60 * MINUTE),
] as const;

const WAITING = 'WEBHOOK';
const SENT = 'WEBHOOK-SENT';
/** So long the same message is not sent again. */
export const KEEP_SENT = 2 * DAY;
/** A receiver that is away for days must not fill the disk. */
const MOST_WAITING = 10_000;

/** Messages that wait for their delivery, in a file: they outlive the process. */
export class Outbox {
  readonly #file: ItemFile;
  readonly #clock: Clock;

  constructor(file: ItemFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  /**
   * Enters a message, unless one with the same key was entered in the last two days.
   * @param key what makes two messages the same
   * @returns false when it was there, or too many wait
   */
  put(key: string, type: string, data: Readonly<Record<string, unknown>>): boolean {
    const id = `msg_${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
    const now = this.#clock();
    return this.#file.atomically('the webhooks', () => {
      const known = this.#file.get({ pk: SENT, sk: id }) ?? this.#file.get({ pk: WAITING, sk: id });
      if (known || this.waiting().length >= MOST_WAITING) return false;
      const body = JSON.stringify({ type, timestamp: iso(now), data });
      this.#file.put({ pk: WAITING, sk: id }, { body, attempts: 0, due_at: now });
      return true;
    });
  }

  /** All that were not delivered yet, the one that is due first in front. */
  waiting(): Message[] {
    return this.#file
      .within(WAITING)
      .map((item) => ({
        id: item.sk as string,
        body: item.body as string,
        attempts: item.attempts as number,
        dueAt: item.due_at as number,
      }))
      .sort((a, b) => a.dueAt - b.dueAt);
  }

  delivered({ id }: Message): void {
    this.#file.atomically('the webhooks', () => {
      this.#file.remove({ pk: WAITING, sk: id });
      this.#file.put({ pk: SENT, sk: id }, { expires_at: Math.floor((this.#clock() + KEEP_SENT) / SECOND) });
    });
  }

  /** @returns false when it is given up */
  failed(message: Message): boolean {
    const pause = PAUSES[message.attempts];
    if (pause === undefined) {
      this.delivered(message);
      return false;
    }
    this.#file.atomically('the webhooks', () =>
      this.#file.put(
        { pk: WAITING, sk: message.id },
        { body: message.body, attempts: message.attempts + 1, due_at: this.#clock() + pause },
      ),
    );
    return true;
  }
}
