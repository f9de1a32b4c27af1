import { describe, expect, it } from 'vitest';
import type { Job } from '../../../functions/core/jobs/job.ts';
import type { SeriesReport } from '../../../functions/core/ledger/ports.ts';
import { DAY, SECOND } from '../../../functions/core/time/time.ts';
import { type PurgePorts, purge } from '../../../functions/core/upkeep/purge.ts';
import { sources } from '../../../functions/sources/index.ts';

const NOW = Date.parse('2025-03-10T12:30:00Z');
const RANGE = { start: NOW - DAY, end: NOW };
const reported = (source: string, symbol: string, timeframe = '1m') =>
  ({ source, symbol, timeframe, requested: [RANGE] }) as unknown as SeriesReport;
const jobOn = (id: string, symbols: string[], more: Partial<Job> = {}) =>
  ({
    id,
    status: 'running',
    sources: ['klines_spot'],
    symbols,
    skipped: [],
    timeframe: '1m',
    createdAt: NOW,
    ...more,
  }) as unknown as Job;

/** Ports that note what was done, in its order. */
function ports(known: readonly SeriesReport[], jobs: readonly Job[] = [], more: Partial<PurgePorts> = {}) {
  const done: string[] = [];
  const it: PurgePorts = {
    catalog: {
      report: async () => [...known],
      purge: async ({ source, symbol }) => {
        done.push(`purge ${source} ${symbol}`);
        return { rows: 7, done: true };
      },
      forget: async ({ source, symbol }) => void done.push(`forget ${source} ${symbol}`),
    },
    jobs: {
      list: async ({ after }) =>
        after === undefined
          ? { jobs: jobs.slice(0, 1), more: jobs.length > 1 }
          : { jobs: jobs.slice(1), more: false },
      forgetProvisional: async ({ symbol }) => void done.push(`notes ${symbol}`),
    },
    aggregates: {
      refresh: async ([range], how) => void done.push(`refresh ${range!.end - range!.start} ${how!.symbols}`),
    },
    sources,
    clock: () => NOW,
    ...more,
  };
  return { it, done };
}

describe('a purge', () => {
  it('deletes each series, and forgets it when its rows are gone', async () => {
    const { it, done } = ports([reported('klines_spot', 'BTCUSDT'), reported('klines_perp', 'BTCUSDT')]);
    const order = { sources: ['klines_spot', 'klines_perp'], symbols: ['BTCUSDT'] };
    expect(await purge(it, order)).toEqual([
      { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m', rows: 7, done: true },
      { source: 'klines_perp', symbol: 'BTCUSDT', timeframe: '1m', rows: 7, done: true },
    ]);
    expect(done.slice(0, 3)).toEqual([
      'purge klines_spot BTCUSDT',
      'notes BTCUSDT',
      'forget klines_spot BTCUSDT',
    ]);
  });

  it('of what aggregates are made of refreshes them before the series is forgotten', async () => {
    const { it, done } = ports([reported('price_klines', 'BTCUSDT', '5m')]);
    await purge(it, { sources: ['price_klines'], symbols: ['BTCUSDT'] });
    expect(done).toEqual([
      'purge price_klines BTCUSDT',
      `refresh ${DAY} BTCUSDT`,
      'notes BTCUSDT',
      'forget price_klines BTCUSDT',
    ]);
  });

  it('leaves to the next call what takes longer than one', async () => {
    const known = [reported('klines_spot', 'BTCUSDT'), reported('klines_spot', 'ETHUSDT')];
    let now = NOW;
    const { it, done } = ports(known, [], { clock: () => now });
    const slow: PurgePorts = {
      ...it,
      catalog: {
        ...it.catalog,
        purge: async () => {
          now += 20 * SECOND;
          return { rows: 3, done: false };
        },
      },
    };
    expect(
      (await purge(slow, { sources: [], symbols: ['BTCUSDT', 'ETHUSDT'] })).map(({ rows, done }) => [
        rows,
        done,
      ]),
    ).toEqual([
      [3, false],
      [0, false],
    ]);
    expect(done).toEqual([]);
  });

  it('is refused while jobs are at work on one of them, all of which are named', async () => {
    const known = [reported('klines_spot', 'BTCUSDT'), reported('klines_spot', 'ETHUSDT')];
    const { it, done } = ports(known, [jobOn('one', ['ETHUSDT']), jobOn('two', ['XRPUSDT', 'BTCUSDT'])]);
    await expect(purge(it, { sources: [], symbols: ['BTCUSDT', 'ETHUSDT'] })).rejects.toMatchObject({
      code: 'series-at-work',
      status: 409,
      message: expect.stringContaining('jobs one, two are at work'),
      remedy: expect.stringContaining('gordon-data backfill cancel two'),
    });
    expect(done).toEqual([]);
  });

  it.each<[string, Partial<Job>]>([
    ['another symbol', { symbols: ['XRPUSDT'] }],
    ['another grid', { timeframe: '1h' }],
    ['a series that its venue does not list', { skipped: ['klines_spot BTCUSDT'] }],
    ['it, but lost its execution long ago', { createdAt: NOW - 3 * DAY }],
  ])('does not wait for a job that is about %s', async (_what, more) => {
    const { it } = ports([reported('klines_spot', 'BTCUSDT')], [jobOn('one', ['BTCUSDT'], more)]);
    expect(await purge(it, { sources: [], symbols: ['BTCUSDT'] })).toMatchObject([{ done: true }]);
  });

  it('of what is not requested is refused', async () => {
    const { it } = ports([reported('klines_spot', 'BTCUSDT')]);
    const order = { sources: [], symbols: ['BTCUSDT', 'NOSUCH'] };
    await expect(purge(it, order)).rejects.toMatchObject({ code: 'not-followed', status: 404 });
  });
});
