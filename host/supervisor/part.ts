import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { describeError } from '../../functions/core/errors/errors.ts';
import { iso, SECOND } from '../../functions/core/time/time.ts';
import { rootLogger } from '../../functions/runtime/log.ts';
import { Restarts } from './restarts.ts';

/** What is known of a part that ended and was, or will be, started again. */
export const PartState = z.object({
  /** how many times it was started again */
  restarts: z.number(),
  /** when it ended last */
  endedAt: z.string(),
  /** how it ended, or why it did not start */
  why: z.string(),
  /** when the next start is due; absent: it runs */
  nextAt: z.string().optional(),
});
export type PartState = z.infer<typeof PartState>;

export interface Part {
  /** Resolves when it has ended, with how; also when `signal` is aborted. */
  ended(signal: AbortSignal): Promise<string>;
  /** Starts it again, where its clients find it as before. Throws when it cannot be started. */
  start(): Promise<void>;
  /** learns each change; what it throws is only logged */
  note(state: PartState): void;
  /** false: it is not to run any more */
  wanted?(): boolean;
}

export interface PartOptions {
  /** how many times it was started again before */
  readonly restarts?: number;
  readonly clock?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** While a start is due later, it is checked so often whether it is still wanted. */
const GLANCE_MS = SECOND;

/** A pause that ends early when nobody waits for it any more. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => {});

/**
 * Keeps a part running until `signal` is aborted or it is not wanted any more: what ended is started again, with pauses that
 * grow while it keeps ending.
 */
export async function keepRunning(
  part: Part,
  signal: AbortSignal,
  { restarts = 0, clock = Date.now, sleep = pause }: PartOptions = {},
): Promise<void> {
  const wanted = (): boolean => !signal.aborted && (part.wanted?.() ?? true);
  const note = (state: PartState): void => {
    try {
      part.note(state);
    } catch (error) {
      // A full disk must not end what starts the others: only `gordon-data status` knows less.
      rootLogger.warn(`what ended could not be noted: ${describeError(error)}`);
    }
  };
  const pauses = new Restarts();
  let began = clock();
  let why = await part.ended(signal);
  while (wanted()) {
    const due = clock() + pauses.pauseAfter(clock() - began);
    const ended = { endedAt: iso(clock()), why };
    note({ restarts, ...ended, nextAt: iso(due) });
    for (let left = due - clock(); left > 0 && wanted(); left = due - clock())
      await sleep(Math.min(left, GLANCE_MS), signal);
    if (!wanted()) return;
    try {
      await part.start();
      restarts += 1;
      note({ restarts, ...ended });
      began = clock();
      why = await part.ended(signal);
    } catch (error) {
      began = clock();
      why = describeError(error);
    }
  }
}

/** Keeps the parts of a process running. @returns what stops that, and waits for a start on its way */
export function keepAll(parts: readonly Part[]): () => Promise<void> {
  const over = new AbortController();
  const kept = parts.map((part) => keepRunning(part, over.signal));
  return async () => {
    over.abort();
    await Promise.all(kept);
  };
}

/** How often a process that is not a child is looked for, ms. */
const LOOK_MS = 500;

/** Resolves when `runs` no longer holds. */
export async function untilGone(runs: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && runs()) await pause(LOOK_MS, signal);
}
