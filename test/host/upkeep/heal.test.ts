import { expect, it } from 'vitest';
import { DAY, floorTo, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { startTestHost } from '../../helpers/host.ts';
import { until } from '../../helpers/until.ts';

const TIME = sources.klines_spot!.table.time ?? 'time';

interface Status {
  readonly schedules: {
    readonly name: string;
    readonly every_minutes: number;
    readonly last_run: { readonly ok: boolean; readonly detail: string } | null;
  }[];
}

/** As `make demo` runs, its schedules each second instead of each minute. */
it('a host that audits each minute mends a hole while one looks, twice if need be, and follows the newest minute', async () => {
  let ahead = 0;
  const clock = (): number => Date.now() + ahead;
  await using at = await startTestHost({ clock }, clock, {
    schedules: 'all',
    env: { GORDON_AUDIT_MINUTES: '1' },
    rehearsal: { everySeconds: 1 },
  });
  const midnight = floorTo(clock(), DAY);
  const order = async (source: string) => {
    const { id } = await at.order({
      source,
      symbols: ['BTCUSDT'],
      from: iso(midnight - 4 * DAY),
      to: iso(midnight),
    });
    expect(await at.wait(id)).toMatchObject({ status: 'succeeded' });
  };
  await order('klines_spot');
  await order('candles');

  const holes = [
    // Behind what the refresh looks at, and within it.
    { start: midnight - 3 * DAY, end: midnight - 3 * DAY + 6 * HOUR },
    { start: midnight - DAY, end: midnight - DAY + 6 * HOUR },
  ];
  const counts = async () => {
    const of = async (table: string, time: string, { start, end }: { start: number; end: number }) => {
      const [row] = await at.sql<{ n: number }[]>`
        select count(*)::int as n from market_data.${at.sql(table)}
        where ${at.sql(time)} >= ${new Date(start)} and ${at.sql(time)} < ${new Date(end)}`;
      return row!.n;
    };
    return Promise.all(
      holes.flatMap((hole) => [of('spot_klines', TIME, hole), of('price_klines', 'timestamp', hole)]),
    );
  };
  const whole = [360, 72, 360, 72];
  expect(await counts()).toEqual(whole);
  for (const _ of [1, 2]) {
    for (const { start, end } of holes) {
      await at.sql`delete from market_data.spot_klines where ${at.sql(TIME)} >= ${new Date(start)} and ${at.sql(TIME)} < ${new Date(end)}`;
      await at.sql`delete from market_data.price_klines where "timestamp" >= ${new Date(start)} and "timestamp" < ${new Date(end)}`;
    }
    // Neither the audit nor the refresh comes to the same thing twice within a minute.
    ahead += MINUTE;
    await until(
      async () => `the holes are mended; ${await counts()}`,
      async () => String(await counts()) === String(whole),
    );
    // A job that is still counting would find the next hole, and end with gaps.
    await until('no job is at work', async () => (await at.ask<[]>('/backfill/jobs')).body.length === 0);
  }

  await until('the newest minute is here', async () => {
    const [row] = await at.sql<
      { at: Date }[]
    >`select max(${at.sql(TIME)}) as at from market_data.spot_klines`;
    return row!.at.getTime() >= floorTo(clock(), MINUTE) - 2 * MINUTE;
  });
  const { body } = await at.ask<Status>('/backfill/status');
  const of = (name: string) => body.schedules.find((schedule) => schedule.name === name);
  expect(of('audit-gaps')).toMatchObject({ every_minutes: 1, last_run: { ok: true } });
  expect(of('refresh')).toMatchObject({ every_minutes: 1, last_run: { ok: true } });
});
