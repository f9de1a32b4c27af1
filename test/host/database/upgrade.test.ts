import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/time/time.ts';
import type { Services } from '../../../functions/runtime/services.ts';
import type { StateHandler } from '../../../functions/runtime/state-handler.ts';
import { createHandler as auditHandler } from '../../../functions/schedules/audit-gaps.ts';
import { createHandler as refreshHandler } from '../../../functions/schedules/refresh.ts';
import { createHandler as instrumentsHandler } from '../../../functions/schedules/watch-instruments.ts';
import { FILLED_AT, LOST_SETTLEMENT } from '../../fixtures/a736643/orders.ts';
import { restoreDatabase } from '../../fixtures/a736643/restore.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/**
 * A database that commit a736643 filled is upgraded, and the schedules request again what it proved by rules that were wrong. The
 * venues say now what they said then, but for the faults that misled it.
 */
const now = FILLED_AT + 20 * MINUTE;
const RATIOS = ['ratio_global_accounts', 'ratio_taker_volume', 'ratio_top_accounts', 'ratio_top_positions'];
let at: TestHost;
/** steps that were missing once the schema was new, and rows that came since within what had been ordered then; by series */
let missing: Record<string, number>;
let fetched: Record<string, number>;

const bySeries = (rows: readonly { series: string; n: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ series, n }) => [series, n]));

/** As the scheduler calls it. */
async function call(create: (services: () => Promise<Services>) => StateHandler): Promise<void> {
  await create(async () => at.host.services)({}, {} as never);
  for (;;) {
    const { body } = await at.ask<{ id: string }[]>('/backfill/jobs');
    if (body.length === 0) return;
    for (const { id } of body) expect(await at.wait(id)).toMatchObject({ status: 'succeeded' });
  }
}

beforeAll(async () => {
  const database = await restoreDatabase();
  at = await startTestHost({ clock: () => now }, () => now, {}, database);
  at.venues.control.clock.hold(now);
  at.venues.faults.add(LOST_SETTLEMENT);
  await at.sql`create table public.ordered as select source, symbol, timeframe, requested from market_data.series`;
  const { body } =
    await at.ask<{ source: string; symbol: string; gaps: { rows: number }[] }[]>('/backfill/report');
  missing = bySeries(
    body.map(({ source, symbol, gaps }) => ({
      series: `${source} ${symbol}`,
      n: gaps.reduce((sum, { rows }) => sum + rows, 0),
    })),
  );
  for (const handler of [instrumentsHandler, refreshHandler, auditHandler]) await call(handler);
  fetched = bySeries(
    await at.sql<{ series: string; n: number }[]>`
      select source || ' ' || symbol as series, sum(rows)::int as n from market_data.coverage c join public.ordered o
        using (source, symbol, timeframe)
      where c.fetched_at = ${new Date(now)} and c.span <@ o.requested and c.state = 'have' group by 1`,
  );
}, 180_000);
afterAll(() => at?.[Symbol.asyncDispose]());

const rowsOf = async (table: string, where: string): Promise<number> =>
  (await at.sql.unsafe(`select count(*)::int as n from market_data.${table} where ${where}`))[0]!.n as number;

describe('a database of a736643', () => {
  it('lacks, once it is upgraded, what was proven by wrong rules, and nothing else', () => {
    expect(missing).toEqual({
      'klines_spot BTCUSDT': 0,
      'funding_binance BTCUSDT': 0,
      // The midnights of three days, and all from the day on which the labels moved.
      'open_interest_binance BTCUSDT': 3 + 3 * 24,
      // They had two of these midnights from the file before already.
      'ratio_top_accounts BTCUSDT': 2 + 3 * 24 - 1,
      'ratio_top_positions BTCUSDT': 2 + 3 * 24 - 1,
      // And a cell that was blank.
      'ratio_global_accounts BTCUSDT': 2 + 3 * 24 - 1 + 1,
      // And what REST said of the newest hours, at the beginnings of their slots.
      'ratio_taker_volume BTCUSDT': 2 + 3 * 24 - 1 + 5,
      // The month with a silence of eight hours, which the account says as a whole.
      'funding_binance AVAXUSDT': 31 * 24,
      // A year for which FRED's answer was empty.
      'macro_fred DGS10': 365,
      // The schedule looks again at lives, and the picture of this hour may still come.
      'klines_spot BACKUSDC': 0,
      'klines_spot REUSEDUSDC': 0,
      'gex_deribit BTC': 0,
    });
  });

  it('has it when the schedules ran once', async () => {
    // The midnight of 2025-03-02 stands in neither file, as is proven by both now.
    expect(fetched).toEqual({
      'open_interest_binance BTCUSDT': 2 + 3 * 24,
      'ratio_top_accounts BTCUSDT': 1 + 3 * 24 - 1,
      'ratio_top_positions BTCUSDT': 1 + 3 * 24 - 1,
      'ratio_global_accounts BTCUSDT': 1 + 3 * 24 - 1 + 1,
      'ratio_taker_volume BTCUSDT': 1 + 3 * 24 - 1,
      'funding_binance AVAXUSDT': 31 * 6,
      'klines_spot BACKUSDC': 30,
      'klines_spot REUSEDUSDC': 31,
      'macro_fred DGS10': await rowsOf('macro_observations', `time < '2024-01-01Z'`),
      'gex_deribit BTC': await rowsOf('gex_snapshots', `time = '2026-07-02 06:00Z'`),
    });
    expect(fetched['macro_fred DGS10']).toBeGreaterThan(240);
    expect(fetched['gex_deribit BTC']).toBeGreaterThan(100);
    const { body } = await at.ask<{ gaps: unknown[] }[]>('/backfill/report');
    expect(body.flatMap(({ gaps }) => gaps)).toEqual([]);
  });

  it('read no object but those that were in doubt, and those of the newest days', () => {
    const objects = at.venues.requests
      .matching(/\/data\/.*\.zip($|\?)/)
      .filter(({ status }) => status === 200)
      .map(({ line }) => line.slice(line.lastIndexOf('/') + 1, -'.zip'.length));
    expect([...new Set(objects)].sort()).toEqual([
      'AVAXUSDT-fundingRate-2024-05',
      'BACKUSDC-1d-2023-04',
      'BACKUSDC-1d-2026-06-30',
      'BTCUSDT-1h-2026-06-30',
      ...['2025-02-28', '2025-03-01', '2025-03-02'].map((day) => `BTCUSDT-metrics-${day}`),
      ...['24', '25', '26', '27', '30'].map((day) => `BTCUSDT-metrics-2026-06-${day}`),
      'REUSEDUSDC-1d-2021-08',
      'REUSEDUSDC-1d-2022-03',
      'REUSEDUSDC-1d-2022-05',
      'REUSEDUSDC-1d-2026-06-30',
    ]);
  });

  it('has the settlement that lacked, with the interval of then', async () => {
    const rows = await at.sql`
      select extract(hour from time at time zone 'UTC')::int as hour, interval_hours as hours from market_data.funding_rates
      where symbol = 'AVAXUSDT' and time >= '2024-05-10Z' and time < '2024-05-11Z' order by time`;
    expect(rows).toEqual([0, 4, 8, 12, 16, 20].map((hour) => ({ hour, hours: 4 })));
  });

  it('has the rows of both lives, and the proof of what lies between', async () => {
    const spans = await at.sql`
      select symbol, lower(span)::date::text as from, reason from market_data.coverage
      where symbol in ('BACKUSDC', 'REUSEDUSDC') and span < tstzrange('2026-01-01Z', null) order by 1, 2`;
    expect(spans.map(({ symbol, from, reason }) => [symbol, from, reason])).toEqual([
      ['BACKUSDC', '2022-09-01', null],
      ['BACKUSDC', '2022-09-30', 'delisted'],
      ['BACKUSDC', '2022-10-01', 'delisted'],
      ['BACKUSDC', '2023-03-01', 'delisted'],
      ['BACKUSDC', '2023-03-12', null],
      ['BACKUSDC', '2023-04-01', null],
      ['REUSEDUSDC', '2022-03-01', null],
      ['REUSEDUSDC', '2022-04-01', null],
    ]);
  });

  it('keeps the label where it is not the time, and has what the venue says of each instant', async () => {
    const moved = `time > '2026-06-25Z' and time < '2026-06-28Z'`;
    const byLabel = `label = time - interval '5 minutes'`;
    expect(await rowsOf('open_interest', moved)).toBe(3 * 24 - 1);
    expect(await rowsOf('open_interest', `${moved} and ${byLabel}`)).toBe(3 * 24 - 1);
    expect(await rowsOf('long_short_ratios', `${moved} and ${byLabel}`)).toBe(4 * (3 * 24 - 1));
    expect(await rowsOf('open_interest', `time <= '2026-06-25Z' and label is not null`)).toBe(0);
    // Of REST it is the taker volume alone whose stamp is another time.
    const newest = `time > '2026-07-02Z' and time <= '2026-07-02 05:00Z' and label is not null`;
    expect(await rowsOf('long_short_ratios', `${newest} and kind = 'taker_volume' and ${byLabel}`)).toBe(5);
    expect(await rowsOf('long_short_ratios', `${newest} and kind <> 'taker_volume'`)).toBe(0);
    for (const source of ['open_interest_binance', ...RATIOS]) {
      const order = {
        source,
        symbol: 'BTCUSDT',
        timeframe: '1h',
        from: '2026-06-25T01:00:00Z',
        to: '2026-06-28',
      };
      const answer = await at.ask('/backfill/verify', { method: 'POST', body: JSON.stringify(order) });
      expect(answer.body).toMatchObject({ verdict: 'identical', changed: 0, missing: 0, extra: 0 });
    }
  });
});
