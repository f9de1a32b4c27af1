import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { DAY, floorTo, iso, MINUTE } from '../../../functions/core/time.ts';
import { startTestHost } from '../../helpers/host.ts';
import { expectEqual, writeCandles } from '../../sql/candle-model.ts';

it('the host keeps the aggregates fresh every five seconds, and adds no rows', async () => {
  await using at = await startTestHost({}, undefined, { schedules: 'derived' });
  const open = floorTo(Date.now(), 15 * MINUTE);
  // What the smallest aggregate looks back to: one whole bucket and the open one.
  const rows = { start: open - 15 * MINUTE, end: open + 15 * MINUTE };
  await writeCandles(at.sql, 'BTCUSDT', rows, 1);
  const fresh = async (): Promise<boolean> => {
    const [row] = await at.sql`select 1 from market_data.price_klines_1d where symbol = 'BTCUSDT'`;
    return row !== undefined;
  };
  for (let waited = 0; !(await fresh()); waited += 100) {
    if (waited > 8_000) throw new Error('nothing was refreshed within eight seconds');
    await sleep(100);
  }
  await expectEqual(at.sql, { start: floorTo(rows.start, DAY), end: rows.start + DAY });
  const [status] = await at.sql<{ healthy: boolean; every: string; next: Date }[]>`
    select bool_and(healthy) as healthy, max(every)::text as every, max(next_refresh) as next from market_data.aggregate_status`;
  expect(status).toMatchObject({ healthy: true, every: '00:00:05' });
  expect(status!.next.getTime(), iso(status!.next.getTime())).toBeGreaterThan(Date.now() - 1_000);
  expect(await at.sql`select 1 from market_data.series`).toHaveLength(0);
}, 30_000);
