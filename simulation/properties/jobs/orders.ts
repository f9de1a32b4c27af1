import { isFinished, type Job } from '../../../functions/core/jobs/job.ts';
import type { Lease } from '../../../functions/core/jobs/lease.ts';
import { HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';

/** The answer is on its way for a while. */
const ON_ITS_WAY = MINUTE;
/** After that another worker has taken it over. */
const LONGEST_TURN = 2 * HOUR;

/** An order without a key gets a job that has still to do it. @param orderedAt epoch ms @returns a breach in words */
export function judgeOrder({ id, status, finishedAt }: Job, orderedAt: number): string[] {
  if (!isFinished(status) || finishedAt === undefined || finishedAt >= orderedAt - ON_ITS_WAY) return [];
  return [`job ${id} of ${iso(finishedAt)} is ${status}, and an order of ${iso(orderedAt)} got it`];
}

/** Of one gap: once other rows have filled a part of it, nobody has that turn again. */
const isPassing = ({ name }: Lease): boolean => name.startsWith('gap ');

/** No turn is held by a worker that died. @returns breaches in words */
export const judgeLeases = (leases: Iterable<Lease>, now: number): string[] =>
  [...leases]
    .filter((lease) => !lease.done && lease.at < now - LONGEST_TURN && !isPassing(lease))
    .map(({ name, at }) => `the turn ${name} of ${iso(at)} is still held`);
