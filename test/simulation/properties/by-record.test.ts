import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import type { FaultPlan } from '../../../simulation/engine/fault.ts';
import { createRandom } from '../../../simulation/engine/random.ts';
import { enterSpans } from '../../../simulation/memory/ledger/ledger.ts';
import { MemoryWarehouse } from '../../../simulation/memory/ledger/warehouse.ts';
import { checkByRecord, checkLasting } from '../../../simulation/properties/by-record.ts';
import { createVenue, RUN_SOURCES, type RunVenue } from '../../../simulation/venue/index.ts';
import { PERP } from '../../../simulation/venue/series.ts';
import type { World } from '../../../simulation/world/world.ts';

const KLINES: Series = { source: 'klines_perp', symbol: PERP, timeframe: '1h' };
const start = Date.UTC(2025, 5, 10);
const now = start + 3 * DAY;
const requested = { start, end: start + DAY };
const HOLE = { start: start + 6 * HOUR, end: start + 7 * HOUR };

/** A warehouse that has a day of candles, in a world that has come to an end. */
async function ended(): Promise<World<RunVenue>> {
  const venue = createVenue({ scheduler: { now: () => now }, random: createRandom(3), start });
  const warehouse = new MemoryWarehouse((id) => RUN_SOURCES[id]!.table);
  const book = warehouse.book(KLINES);
  book.record = { requested: [requested], followed: true, since: start };
  const rest = RUN_SOURCES.klines_perp!.tiers.find(({ kind }) => kind === 'pages');
  if (rest?.kind !== 'pages') throw new TypeError('klines_perp has no pages');
  const client = venue.clientOf({
    step: async () => {},
    clock: () => now,
    budget: {
      take: async () => undefined,
      observe: async () => undefined,
      coolDown: async () => undefined,
    },
    sleep: async () => {},
  });
  const request = rest.request(KLINES, requested);
  const answer = (await client.get(request))!;
  // The optimum is counted from what went over the wire, which is not what these tests are about.
  venue.wire.log.length = 0;
  warehouse.rows.merge(KLINES, rest.parse(answer.body, KLINES, answer.asOf).batch);
  const by = { jobId: 'job', chunk: 'chunk', at: start + DAY + HOUR };
  enterSpans(warehouse, book, [{ span: requested, state: 'have', object: 'GET /fapi/v1/klines' }], by);
  return {
    warehouse,
    venue,
    scheduler: { now: () => now },
    orderedFrom: start - 2 * DAY,
    began: start,
    leftOff: [],
  } as unknown as World<RunVenue>;
}

const check = (world: World<RunVenue>, plan: FaultPlan = []): string[] => checkByRecord(world, plan, start);

/** Takes candles away, from the tables and from the ledger. */
function without({ warehouse }: World<RunVenue>, { start, end } = HOLE): void {
  warehouse.rows.lose(KLINES, [{ start, end }]);
  const book = warehouse.book(KLINES);
  book.spans = book.spans.flatMap((span) => [
    { ...span, end: start },
    { ...span, id: span.id + 1_000, start: end },
  ]);
}

const MISSING = `klines_perp ${PERP} 1h at 2025-06-10T06:00:00Z: missing, 1 rows`;

describe('all that a warehouse has, against the record of the venue', () => {
  it('is right where it is complete', async () => {
    expect(check(await ended())).toEqual([]);
  });

  it('lacks rows that the venue has', async () => {
    const world = await ended();
    without(world);
    expect(check(world)).toEqual([expect.stringContaining(MISSING)]);
  });

  it('may lack them of a series that nobody follows any more, or never ordered', async () => {
    const world = await ended();
    without(world);
    const book = world.warehouse.book(KLINES);
    book.record = { ...book.record!, unfollowedAt: start + 2 * DAY };
    expect(check(world)).toEqual([]);
    book.record = undefined;
    expect(check(world)).toEqual([]);
  });

  it('may lack them where faults left no calm to fetch them in, and what they leave behind is put right', async () => {
    const world = await ended();
    without(world);
    const outage = { kind: 'outage', at: start, until: now - DAY - 4 * HOUR };
    expect(check(world, [outage])).toEqual([expect.stringContaining(MISSING)]);
    expect(check(world, [{ ...outage, until: now - 26 * HOUR }])).toEqual([]);
  });

  it('may lack the snapshots of the time before the first order, whatever a clock that was late says of it', async () => {
    const world = await ended();
    const snapshots: Series = { source: 'gex_deribit', symbol: 'BTC', timeframe: '1h' };
    world.warehouse.book(snapshots).record = { requested: [], followed: true, since: start - 32 * HOUR };
    const late = { kind: 'clock jumps', at: start, lasts: now - start, skew: -32 * HOUR };
    expect(check(world, [late])).toEqual([]);
    expect(check(world)).toEqual([expect.stringContaining('missed, 72 rows')]);
  });

  it('is wrong at once, and not only in the end, where it has what the venue never had', async () => {
    const world = await ended();
    without(world);
    const row = world.warehouse.rows.first(KLINES)!;
    const cells = row.cells.map((cell, i) => (i === 3 ? 1 : cell));
    Object.assign(row, { cells });
    expect(checkLasting(world, [])).toEqual([expect.stringContaining('other value, 1 rows')]);
    expect(check(world)).toHaveLength(2);
  });
});

describe('a proof', () => {
  const early = { jobId: 'job', chunk: 'chunk', at: HOLE.end + MINUTE };

  async function proven(): Promise<World<RunVenue>> {
    const world = await ended();
    without(world);
    const proof = { span: HOLE, state: 'empty', reason: 'venue-outage' } as const;
    enterSpans(world.warehouse, world.warehouse.book(KLINES), [proof], early);
    return world;
  }

  it('from before the venue had time to publish is false', async () => {
    expect(checkLasting(await proven(), [])).toEqual([expect.stringContaining('false proof')]);
  });

  it('is not held against a clock that was wrong, by what it said itself', async () => {
    // The clock was two hours ahead from two hours before on: it said what the proof says when it was made.
    const jump = { kind: 'clock jumps', at: early.at - 3 * HOUR, lasts: 2 * HOUR, skew: 2 * HOUR };
    expect(checkLasting(await proven(), [jump])).toEqual([]);
    expect(checkLasting(await proven(), [{ ...jump, at: jump.at - 5 * HOUR }])).not.toEqual([]);
  });
});

it('counts requests beyond what the series take', async () => {
  const world = await ended();
  const { log } = world.venue.wire;
  for (let i = 0; i < 10_000; i++)
    log.push({ at: start, host: 'usdm', what: '/fapi/v1/klines', status: 200 });
  expect(check(world)).toEqual([
    expect.stringMatching(/^10000 requests to the API where \d+ are the fewest/),
  ]);
});
