import { expect, it } from 'vitest';
import type { JobOrder } from '../../../functions/core/job.ts';
import type { SeriesReport } from '../../../functions/core/ports.ts';
import { refreshTails } from '../../../functions/core/run/refresh.ts';
import type { Source } from '../../../functions/core/source.ts';
import { DAY, HOUR, iso, MINUTE } from '../../../functions/core/time.ts';

const HOUR_TEN = Date.parse('2025-03-10T10:00:00Z');

const source = (id: string, more: Partial<Source>): Source =>
  ({
    ...{ id, family: id, timeframes: ['1d'], defaultTimeframe: '1d', defaultSymbols: ['A', 'B'] },
    ...{ symbolPattern: /^[AB]$/, settleMs: HOUR, ...more },
  }) as unknown as Source;

const sources = {
  plain: source('plain', {}),
  revised: source('revised', { settleMs: 400 * DAY, refreshEveryMs: HOUR }),
  keyed: source('keyed', { key: { env: 'A_KEY', from: 'https://example.com' } }),
};

/** The orders of one run, by source. */
async function refreshAt(now: number, keys: readonly string[], requestedFrom = '2020-01-01') {
  const known = Object.keys(sources).flatMap((id) =>
    ['A', 'B'].map((symbol) => ({
      ...{ source: id, symbol, timeframe: '1d', rows: 0, gaps: [], empty: [], findings: 0 },
      requested: [{ start: Date.parse(requestedFrom), end: now }],
    })),
  ) as SeriesReport[];
  const orders: JobOrder[] = [];
  await refreshTails({
    ...{ sources, clock: () => now, hasKey: (env: string) => keys.includes(env) },
    catalog: { report: async () => known },
    jobs: {
      list: async () => ({ jobs: [], more: false }),
      create: async (order: JobOrder) => {
        orders.push(order);
        return { job: { ...order, id: order.source }, created: true };
      },
    },
    workflow: { start: async () => {} },
  } as unknown as Parameters<typeof refreshTails>[0]);
  return Object.fromEntries(orders.map((order) => [order.sources[0]!, order]));
}

it('orders the tail of each source, one job for all its symbols', async () => {
  const orders = await refreshAt(HOUR_TEN, ['A_KEY']);
  expect(Object.keys(orders)).toEqual(['plain', 'revised', 'keyed']);
  expect(orders.plain!.symbols).toEqual(['A', 'B']);
  expect(iso(orders.plain!.from)).toBe('2025-03-08T10:00:00Z');
});

it('reaches back over what is still revised, but not before what was ever asked for', async () => {
  expect((await refreshAt(HOUR_TEN, [])).revised!.from).toBe(HOUR_TEN - 400 * DAY);
  expect(iso((await refreshAt(HOUR_TEN, [], '2025-01-01')).revised!.from)).toBe('2025-01-01T00:00:00Z');
  expect((await refreshAt(HOUR_TEN, [], '2025-03-10')).plain!.from).toBe(HOUR_TEN - 2 * DAY);
});

it('asks once in its time for what would be asked again each time', async () => {
  const asked = [];
  for (let now = HOUR_TEN + 3 * MINUTE; now < HOUR_TEN + 2 * HOUR; now += 5 * MINUTE) {
    if ((await refreshAt(now, [])).revised) asked.push(iso(now));
  }
  expect(asked).toEqual(['2025-03-10T10:03:00Z', '2025-03-10T11:03:00Z']);
});

it('leaves out a source whose key is not there, and no other', async () => {
  expect(Object.keys(await refreshAt(HOUR_TEN, []))).toEqual(['plain', 'revised']);
});
