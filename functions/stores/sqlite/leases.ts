import { ulid } from 'ulid';
import type { Lease, Leases } from '../../core/jobs/lease.ts';
import type { Clock } from '../../core/time/time.ts';
import { leaseItem, toLease } from '../dynamodb/items.ts';
import { leaseKey } from '../dynamodb/table.ts';
import type { ItemFile } from './item-file.ts';

/** Leases as items of the file. A holder is known by an id that is new each time. */
export function createLeases(file: ItemFile, clock: Clock): Leases {
  const holderOf = (name: string): unknown => file.get(leaseKey(name))?.holder;
  /** Writes only while that holder has it. */
  const put = (lease: Lease, from: string | undefined): boolean =>
    file.atomically(`lease ${lease.name}`, () => {
      if (holderOf(lease.name) !== from) return false;
      file.put(leaseKey(lease.name), leaseItem(lease, clock()));
      return true;
    });
  return {
    async read(name) {
      const item = file.get(leaseKey(name));
      return item && toLease(name, item);
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
