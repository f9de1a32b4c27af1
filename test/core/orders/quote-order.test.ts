import { describe, expect, it } from 'vitest';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import type { Pace } from '../../../functions/core/ledger/ports.ts';
import { quoteOrder } from '../../../functions/core/orders/quote-order.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { trades_spot } from '../../../functions/sources/trades/trades_spot.ts';
import { AAA, days, NOW, worldOf } from '../world.ts';

const requestsIn = ({ requests }: Awaited<ReturnType<typeof quoteOrder>>) =>
  Object.fromEntries(requests.map(({ family, requests: count }) => [family, count]));

describe('the quote of an order', () => {
  it('is made of the missing alone, and sends no request', async () => {
    const world = worldOf();
    const quote = await quoteOrder(world.ports, world.order({ to: days(0, 61).end }));
    // Two months’ files, each with its checksum.
    expect(quote).toMatchObject({ series: 1, chunks: 2, rows: 61 * 24 });
    expect(requestsIn(quote)).toEqual({ synthetic: 4 });
    await world.runJob((await world.newJob()).id);
    const rest = await quoteOrder(world.ports, world.order({ to: days(0, 61).end }));
    expect(rest).toMatchObject({ chunks: 1, rows: 30 * 24 });
    expect(world.venue.calls).toHaveLength(1);
  });

  it('of what is there is that of nothing', async () => {
    const world = worldOf();
    await world.runJob((await world.newJob()).id);
    expect(await quoteOrder(world.ports, world.order())).toMatchObject({
      series: 1,
      chunks: 0,
      rows: 0,
      requests: [],
    });
  });

  it('has the pages that the files do not reach', async () => {
    const world = worldOf();
    const quote = await quoteOrder(world.ports, world.order({ from: NOW - 3 * HOUR, to: NOW }));
    expect(requestsIn(quote)).toEqual({ 'synthetic-rest': 1 });
    expect(quote.requests[0]).toMatchObject({ limit: 1_200, window_seconds: 60 });
  });

  it('leaves out the time in which a symbol did not live, where that is known', async () => {
    const world = worldOf();
    const order = world.order({ symbols: ['AAA', 'BBB'] });
    await world.ports.store.saveListing(AAA, { listedAt: days(0, 21).end }, NOW);
    expect(await quoteOrder(world.ports, order)).toMatchObject({
      series: 2,
      chunks: 2,
      rows: (31 + 10) * 24,
    });
  });

  it('has also what was requested before, where the order says so', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, days(0, 31));
    const recent = { from: NOW - DAY, to: NOW };
    expect((await quoteOrder(world.ports, world.order(recent))).rows).toBe(24);
    const both = await quoteOrder(world.ports, world.order({ ...recent, alsoRequested: true }));
    expect(both.rows).toBe(32 * 24);
  });

  it('counts an object once that brings the rows of siblings', async () => {
    const world = worldOf([
      { id: 'one', siblings: ['two'] },
      { id: 'two', siblings: ['one'] },
    ]);
    const quote = await quoteOrder(world.ports, world.order());
    expect(quote).toMatchObject({ series: 2, chunks: 2, rows: 2 * 31 * 24 });
    expect(requestsIn(quote)).toEqual({ synthetic: 2 });
  });

  it('takes the life of all symbols from a source that says it', async () => {
    const world = worldOf([{ id: 'plain', listing: { listedAt: days(0, 30).end } }]);
    expect((await quoteOrder(world.ports, world.order())).rows).toBe(24);
  });

  it.each<[string, Record<string, Pace>, number]>([
    ['the guess of the source, where nothing is there', {}, 300 * 1_440],
    [
      'the pace of the symbol',
      { BTCUSDT: { rows: 8 * 1_440, ms: DAY }, ETHUSDT: { rows: 1, ms: DAY } },
      11_520,
    ],
    [
      'that of all symbols, where it has none',
      { A: { rows: 1_000, ms: DAY }, B: { rows: 3_000, ms: DAY } },
      2_000,
    ],
    ['not that of a minute', { BTCUSDT: { rows: 50, ms: MINUTE } }, 300 * 1_440],
    ['not that of an empty warehouse', { BTCUSDT: { rows: 0, ms: DAY } }, 300 * 1_440],
  ])('counts trades, which keep no grid, by %s', async (_what, paces, rows) => {
    const order: JobOrder = {
      source: 'trades',
      sources: ['trades_spot'],
      symbols: ['BTCUSDT'],
      skipped: [],
      timeframe: '1m',
      alsoRequested: false,
      from: Date.UTC(2025, 1, 1),
      to: Date.UTC(2025, 1, 2),
    };
    const quote = await quoteOrder(
      {
        sources: { trades_spot },
        clock: () => NOW,
        store: { listing: async () => undefined },
        catalog: {
          recount: async () => ({ lost: 0, left: 0 }),
          requested: async () => [],
          missing: async (_series, range) => [range],
          paces: async () => new Map(Object.entries(paces)),
        },
      },
      order,
    );
    expect(quote.rows).toBe(rows);
  });
});
