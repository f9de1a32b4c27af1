import { randomUUID } from 'node:crypto';
import { setTimeout as timer } from 'node:timers/promises';
import { type JobChange, JobChanges } from '../../core/api/jobs/changes.ts';
import { summariesOf } from '../../core/api/jobs/listed.ts';
import { badRequest } from '../../core/errors/bad-request.ts';
import { ACTIVE_STATUSES, JOB_STATUSES } from '../../core/jobs/job.ts';
import type { JobStore } from '../../core/jobs/ports.ts';
import { SECOND } from '../../core/time/time.ts';

/** What a listener gets: where it stands, a change, or a sign of life. */
export type FeedEvent =
  | { readonly kind: 'begin'; readonly id: string }
  | { readonly kind: 'change'; readonly change: JobChange }
  | { readonly kind: 'beat' };

/** The changes of jobs, for the streams that listen. */
export interface JobFeed {
  /**
   * Begins with what changed after the event `after`, or with `begin` where nobody knows that; then come changes as they happen, of
   * each job the newest one, and `beat` where nothing changes for a while. Ends when the feed is closed.
   * @throws GordonError `throttled` with too many listeners; what the job table throws
   */
  listen(after: string | undefined, signal: AbortSignal): AsyncGenerator<FeedEvent>;
  /** somebody in this process wrote to the job table: the next look need not wait */
  written(): void;
  close(): void;
}

export interface JobFeedOptions {
  readonly jobs: () => Pick<JobStore, 'list' | 'chunks' | 'get'>;
  /** resolves after this many ms, or when the signal is aborted */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Between two looks at the job table: other processes may write to it as well. */
const LOOK_MS = SECOND;
/** Between two looks when this process writes. */
const LEAST_MS = 250;
/** Proxies close a connection on which nothing comes for half a minute or a minute. */
const BEAT_MS = 15 * SECOND;
/** A browser has one for each page that is seen. */
export const MOST_LISTENERS = 50;
/** The newest jobs of each look: more of them do not come and go within a second. */
const NEWEST = 50;
const MOST_ACTIVE = 100;

const patience = (ms: number, signal: AbortSignal): Promise<unknown> =>
  timer(ms, undefined, { signal, ref: false }).catch(() => undefined);

interface Listener {
  /** by job: one that is slow gets the newest state only */
  readonly pending: Map<string, JobChange>;
  error?: unknown;
  wake(): void;
}

/** Looks at the job table while somebody listens, once for all of them. */
export function createJobFeed({ jobs, wait = patience }: JobFeedOptions): JobFeed {
  const changes = new JobChanges(randomUUID());
  const listeners = new Set<Listener>();
  const closing = new AbortController();
  let hurry = new AbortController();
  let looking: Promise<void> | undefined;
  let watching = false;

  const look = (): Promise<void> => {
    looking ??= lookAt(jobs(), changes)
      .then((changed) => {
        for (const listener of listeners) {
          for (const change of changed) {
            listener.pending.delete(change.job.id);
            listener.pending.set(change.job.id, change);
          }
          if (changed.length > 0) listener.wake();
        }
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };

  const watch = async (): Promise<void> => {
    watching = true;
    try {
      while (listeners.size > 0 && !closing.signal.aborted) {
        await wait(LEAST_MS, closing.signal);
        await wait(LOOK_MS - LEAST_MS, AbortSignal.any([closing.signal, hurry.signal]));
        hurry = new AbortController();
        if (listeners.size > 0 && !closing.signal.aborted) await look();
      }
    } catch (error) {
      for (const listener of listeners) {
        listener.error = error;
        listener.wake();
      }
    } finally {
      watching = false;
    }
  };

  return {
    async *listen(after, signal) {
      if (listeners.size >= MOST_LISTENERS) {
        throw badRequest('throttled', 'events', `${MOST_LISTENERS} streams are open.`);
      }
      let woken = new AbortController();
      const listener: Listener = { pending: new Map(), wake: () => woken.abort() };
      listeners.add(listener);
      try {
        await look();
        if (!watching) void watch();
        // What the look found is in what follows.
        listener.pending.clear();
        woken = new AbortController();
        const missed = changes.since(after);
        if (missed) for (const change of missed) yield { kind: 'change', change };
        else yield { kind: 'begin', id: changes.id };
        while (!signal.aborted && !closing.signal.aborted) {
          if (listener.pending.size === 0 && listener.error === undefined) {
            await wait(BEAT_MS, AbortSignal.any([signal, closing.signal, woken.signal]));
          }
          woken = new AbortController();
          if (listener.error !== undefined) throw listener.error;
          if (listener.pending.size === 0) {
            if (!signal.aborted && !closing.signal.aborted) yield { kind: 'beat' };
            continue;
          }
          const found = [...listener.pending.values()];
          listener.pending.clear();
          for (const change of found) yield { kind: 'change', change };
        }
      } finally {
        listeners.delete(listener);
      }
    },
    written: () => hurry.abort(),
    close: () => closing.abort(),
  };
}

/** The newest jobs, those at work, and those that were at work before. */
async function lookAt(
  jobs: ReturnType<JobFeedOptions['jobs']>,
  changes: JobChanges,
): Promise<readonly JobChange[]> {
  const newest = await jobs.list({ statuses: JOB_STATUSES, limit: NEWEST });
  const found = new Map(newest.jobs.map((job) => [job.id, job]));
  if (newest.more) {
    const active = await jobs.list({ statuses: ACTIVE_STATUSES, limit: MOST_ACTIVE });
    for (const job of active.jobs) found.set(job.id, job);
    for (const id of changes.active.filter((one) => !found.has(one))) {
      const job = await jobs.get(id);
      if (job) found.set(id, job);
    }
  }
  // The oldest first: ids sort by their time.
  const sorted = [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return changes.note(await summariesOf(jobs, sorted), newest.more);
}

/** A job table whose writes about the state of a job are noticed at once; how far its chunks are is seen by the next look. */
export function noticed(store: JobStore, written: () => void): JobStore {
  const after =
    <A extends readonly unknown[], R>(call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const answer = await call(...given);
      written();
      return answer;
    };
  return {
    ...store,
    create: after(store.create),
    start: after(store.start),
    finish: after(store.finish),
    cancel: after(store.cancel),
  };
}
