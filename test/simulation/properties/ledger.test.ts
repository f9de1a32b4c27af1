import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import type { Span } from '../../../simulation/memory/ledger/warehouse.ts';
import { checkLedger } from '../../../simulation/properties/ledger.ts';
import { AAA, hours, MARCH, pageOfHours, type World, worldOf } from '../../core/world.ts';

/** A day of AAA, as the program stores it. */
async function stored(): Promise<World> {
  const world = worldOf();
  await world.ports.catalog.request(AAA, hours(0, 24));
  await world.ports.store.commit([pageOfHours(world, 0, 24)], { jobId: 'a', chunk: 'b' });
  return world;
}

const proof = (from: number, to: number, more: Partial<Span> = {}): Span => ({
  ...hours(from, to),
  id: 1_000,
  state: 'empty',
  reason: 'venue-outage',
  evidence: [],
  rows: 0,
  object: null,
  sha256: null,
  jobId: 'a',
  chunk: 'b',
  fetchedAt: MARCH + DAY,
  ...more,
});
const enter = ({ warehouse }: World, ...spans: readonly Span[]): void => {
  const book = warehouse.book(AAA);
  book.spans = [...book.spans, ...spans];
};
const at = (hour: number): string =>
  `plain AAA 1h at ${new Date(MARCH + hour * HOUR).toISOString().replace('.000Z', 'Z')}`;

describe('a ledger', () => {
  it('that says what the table has breaches nothing', async () => {
    expect(checkLedger((await stored()).warehouse)).toEqual([]);
  });

  it('has what the table has not', async () => {
    const { warehouse } = await stored();
    warehouse.rows.lose(AAA, [hours(5, 6)]);
    expect(checkLedger(warehouse)).toEqual([`${at(5)}: the ledger has what the table has not`]);
  });

  it('may have it for as long as nobody has counted since somebody deleted it', async () => {
    const { warehouse } = await stored();
    warehouse.deleteRows(AAA, [hours(5, 6)]);
    expect(checkLedger(warehouse)).toEqual([]);
  });

  it('lacks what the table has', async () => {
    const { warehouse } = await stored();
    warehouse.book(AAA).spans = [];
    expect(checkLedger(warehouse)).toEqual([`${at(0)}: the table has what the ledger has not`]);
  });

  it('has spans that overlap', async () => {
    const world = await stored();
    enter(world, proof(30, 32), proof(31, 33));
    expect(checkLedger(world.warehouse)).toEqual([`${at(31)}: spans overlap`]);
  });

  it('has a proof over rows', async () => {
    const world = await stored();
    enter(world, proof(23, 25));
    expect(checkLedger(world.warehouse)).toContain(`${at(23)}: a proof lies over rows`);
  });

  it('has a proof that its own lives contradict', async () => {
    const world = await stored();
    await world.ports.store.saveListing(AAA, { listedAt: MARCH, evidence: [] } as never);
    enter(world, proof(30, 32, { reason: 'pre-listing' }));
    expect(checkLedger(world.warehouse)).toEqual([
      `${at(30)}: a proof contradicts the lives that the ledger knows`,
    ]);
  });
});
