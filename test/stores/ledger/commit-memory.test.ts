import { expect, it } from 'vitest';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { BTC, candles, JOB, pageOf, SPOT, T0 } from '../klines.ts';

it('two weeks of seconds go to the database without being held in memory a second time', async () => {
  await using database = await createTestDatabase();
  const sql = database.connect({ role: 'gordon_writer', max: 1 });
  const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 });
  const series = { ...BTC, timeframe: '1s' as const };
  const rows = 1_200_000;
  const have = [{ start: T0, end: T0 + rows * 1_000 }];
  const page = pageOf(have, { series, rows: candles(have, series) });
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 5);
  expect(await store.commit([page], JOB)).toBe(rows);
  clearInterval(watch);
  // 162 MB go through; what is in flight are a few buffers and those that the collector has not come to yet.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(100e6);
});
