import type { Lease, Leases } from '../../../functions/core/lease.ts';

/** Leases in memory, with the conditions that the job table checks. */
export function fakeLeases(): Leases & { readonly held: ReadonlyMap<string, Lease> } {
  const held = new Map<string, Lease>();
  let turns = 0;
  return {
    held,
    read: async (name) => held.get(name),
    async take(name, { at, failures }, seen) {
      if (held.get(name)?.holder !== seen?.holder) return undefined;
      turns += 1;
      const lease: Lease = {
        name,
        at,
        failures,
        holder: String(turns),
        done: false,
        jobs: seen?.jobs ?? [],
      };
      held.set(name, lease);
      return lease;
    },
    async settle(lease, jobs) {
      if (held.get(lease.name)?.holder === lease.holder) held.set(lease.name, { ...lease, done: true, jobs });
    },
    async drop({ name, holder }) {
      if (held.get(name)?.holder === holder) held.delete(name);
    },
  };
}
