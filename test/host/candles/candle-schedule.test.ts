import { expect, it, vi } from 'vitest';
import { iso } from '../../../functions/core/time/time.ts';
import { startTestHost } from '../../helpers/host.ts';
import { expectWithinLookbacks, writeWithinLookbacks } from '../../sql/aggregates/candle-model.ts';

it('the host refreshes the aggregates of rows written by SQL every five seconds, and adds no rows', async () => {
  await using at = await startTestHost({}, undefined, { schedules: 'derived' });
  const now = Date.now();
  await writeWithinLookbacks(at.sql, now);
  await vi.waitFor(() => expectWithinLookbacks(at.sql, now), { timeout: 110_000, interval: 100 });
  const [status] = await at.sql<{ healthy: boolean; every: string; next: Date }[]>`
    select bool_and(healthy) as healthy, max(every)::text as every, max(next_refresh) as next from market_data.aggregate_status`;
  expect(status).toMatchObject({ healthy: true, every: '00:00:05' });
  expect(status!.next.getTime(), iso(status!.next.getTime())).toBeGreaterThan(now);
  expect(await at.sql`select 1 from market_data.series`).toHaveLength(0);
});
