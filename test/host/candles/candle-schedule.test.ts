import { expect, it, vi } from 'vitest';
import { iso } from '../../../functions/core/time/time.ts';
import { startTestHost } from '../../helpers/host.ts';
import { expectWithinLookbacks, writeWithinLookbacks } from '../../sql/aggregates/candle-model.ts';

it('the host has what came by SQL in the aggregates within ten seconds, and adds no rows', async () => {
  await using at = await startTestHost({}, undefined, { schedules: 'derived' });
  const now = Date.now();
  await writeWithinLookbacks(at.sql, now);
  await vi.waitFor(() => expectWithinLookbacks(at.sql, now), { timeout: 10_000, interval: 250 });
  const [status] = await at.sql<{ healthy: boolean; every: string; next: Date }[]>`
    select bool_and(healthy) as healthy, max(every)::text as every, max(next_refresh) as next from market_data.aggregate_status`;
  expect(status).toMatchObject({ healthy: true, every: '00:00:05' });
  expect(status!.next.getTime(), iso(status!.next.getTime())).toBeGreaterThan(Date.now() - 1_000);
  expect(await at.sql`select 1 from market_data.series`).toHaveLength(0);
}, 30_000);
