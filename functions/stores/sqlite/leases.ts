import { ulid } from 'ulid';
import type { Lease, Leases } from '../../core/jobs/lease.ts';
import { type Clock, DAY, iso, SECOND } from '../../core/time/time.ts';
import { leaseKey, TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import type { ItemFile } from './item-file.ts';

/** A lease that was not taken for this long belongs to work that no longer exists. */
const KEEP = 60 * DAY;

/** Leases as items of the file. A holder is known by an id that is new each time. */
export function createLeases(file: ItemFile, clock: Clock): Leases {
  const holderOf = (name: string): unknown => file.get(leaseKey(name))?.holder;
  /** Writes only while that holder has it. */
  const put = ({ name, ...lease }: Lease, from: string | undefined): boolean =>
    file.atomically(`lease ${name}`, () => {
      if (holderOf(name) !== from) return false;
      file.put(leaseKey(name), {
        ...lease,
        at: iso(lease.at),
        [TTL_ATTRIBUTE]: Math.floor((clock() + KEEP) / SECOND),
      });
      return true;
    });
  return {
    async read(name) {
      const item = file.get(leaseKey(name));
      return (
        item && {
          name,
          holder: item.holder as string,
          at: Date.parse(item.at as string),
          done: item.done as boolean,
          jobs: item.jobs as string[],
          failures: item.failures as number,
        }
      );
    },
    async take(name, { at, failures }, seen) {
      const lease: Lease = { name, holder: ulid(at), at, done: false, jobs: seen?.jobs ?? [], failures };
      return put(lease, seen?.holder) ? lease : undefined;
    },
    async settle(lease, jobs) {
      put({ ...lease, done: true, jobs }, lease.holder);
    },
    async drop({ name, holder }) {
      file.atomically(`lease ${name}`, () => {
        if (holderOf(name) === holder) file.remove(leaseKey(name));
      });
    },
  };
}
