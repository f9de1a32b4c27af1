import { isFinished, type Job } from '../../../functions/core/jobs/job.ts';
import type { Lease } from '../../../functions/core/jobs/lease.ts';
import { DAY, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';

/** The answer is on its way for a while. */
const ON_ITS_WAY = MINUTE;
/** After that another worker has taken it over. */
const LONGEST_TURN = 2 * HOUR;

/** An order without a key gets a job that has still to do it. @param orderedAt epoch ms @returns a breach in words */
export function judgeOrder({ id, status, finishedAt }: Job, orderedAt: number): string[] {
  if (!isFinished(status) || finishedAt === undefined || finishedAt >= orderedAt - ON_ITS_WAY) return [];
  return [`job ${id} of ${iso(finishedAt)} is ${status}, and an order of ${iso(orderedAt)} got it`];
}

/** A turn of `refresh` finds a job without an execution within three minutes; the rest is for a turn that is lost by itself. */
const BEGUN_WITHIN = 6 * MINUTE;

/** What goes on for a while after it has struck, ms. Everything else is over at once, or refuses a few calls. */
const GOES_ON: Readonly<Record<string, number>> = {
  'host is off': 4 * DAY,
  'database is slow': 20 * MINUTE,
  'invocation late': 20 * MINUTE,
};

/**
 * A job begins within minutes, also where whoever took the order died before it started the execution. Not where something else strikes
 * meanwhile.
 * @param strokesAt when each kind of fault took effect @param now epoch ms @returns a breach in words
 */
export function judgeBegun(
  { id, createdAt, startedAt, finishedAt }: Job,
  strokesAt: ReadonlyMap<string, readonly number[]>,
  now: number,
): string[] {
  const begunAt = startedAt ?? finishedAt ?? now;
  if (begunAt < createdAt + BEGUN_WITHIN) return [];
  // What struck as the order was taken is what the job must survive.
  const struck = [...strokesAt].some(([kind, times]) => {
    const lasts = GOES_ON[kind];
    const since = lasts === undefined ? createdAt + MINUTE : createdAt - lasts;
    return times.some((at) => since < at && at < createdAt + BEGUN_WITHIN);
  });
  return struck ? [] : [`job ${id} of ${iso(createdAt)} had not begun at ${iso(createdAt + BEGUN_WITHIN)}`];
}

/** Of one gap: once other rows have filled a part of it, nobody has that turn again. */
const isPassing = ({ name }: Lease): boolean => name.startsWith('gap ');

/** No turn is held by a worker that died. @returns breaches in words */
export const judgeLeases = (leases: Iterable<Lease>, now: number): string[] =>
  [...leases]
    .filter((lease) => !lease.done && lease.at < now - LONGEST_TURN && !isPassing(lease))
    .map(({ name, at }) => `the turn ${name} of ${iso(at)} is still held`);
