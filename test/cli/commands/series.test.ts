import { describe, expect, it } from 'vitest';
import type { FollowedSeries } from '../../../functions/core/api/series/schemas.ts';
import { fakeApi, problem } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { reported } from '../support/samples.ts';

const SERIES: FollowedSeries = {
  source: 'klines_spot',
  family: 'klines',
  symbol: 'ETHUSDT',
  timeframe: '1m',
  from: '2025-01-01T00:00:00Z',
  to: '2025-11-01T00:00:00Z',
  requested: [{ from: '2025-01-01T00:00:00Z', to: '2025-11-01T00:00:00Z' }],
  followed: true,
  since: '2025-06-01T10:00:00Z',
  unfollowed_at: null,
  every_seconds: 60,
};

describe('series', () => {
  it('lists what is requested, since when, at which pace, and what adds or removes it', async () => {
    const left = { ...SERIES, symbol: 'OLDUSDT', followed: false, every_seconds: null };
    await using api = await fakeApi({ 'GET /backfill/series': { body: [SERIES, left] } });
    const { code, stdout } = await gordon(['backfill', 'series'], { api: api.url });
    expect(code).toBe(0);
    expect(stdout).toMatch(/klines_spot +ETHUSDT +1m +2025-01-01 +2025-11-01 +2025-06-01 10:00 +every/);
    expect(stdout).toMatch(/OLDUSDT .* no\n/);
    expect(stdout).toContain('\nadd: gordon-data backfill klines trigger --symbols ETHUSDT\n');
    expect(stdout).toContain('\nremove: gordon-data backfill unfollow klines --symbols ETHUSDT\n');
  });
});

describe('unfollow', () => {
  it('withdraws the orders of some symbols', async () => {
    await using api = await fakeApi({ 'DELETE /backfill/series': { body: { unfollowed: [SERIES] } } });
    const ran = await gordon(['backfill', 'unfollow', 'klines', '--symbols', 'ETHUSDT,OLDUSDT'], {
      api: api.url,
    });
    expect([ran.code, ran.stdout.split('\n')[0]]).toEqual([
      0,
      'klines_spot ETHUSDT 1m is no longer followed',
    ]);
    expect(api.received.at(-1)!.path).toBe('/backfill/series?source=klines&symbols=ETHUSDT%2COLDUSDT');
  });

  it('of what is not requested ends with 2', async () => {
    await using api = await fakeApi({
      'DELETE /backfill/series': problem(404, 'not-followed', 'NOSUCH: nothing of it is requested there.'),
    });
    const ran = await gordon(['backfill', 'unfollow', 'klines', '--symbols', 'NOSUCH'], { api: api.url });
    expect(ran.code).toBe(2);
  });
});

describe('unfollow --purge', () => {
  const ORDER = ['backfill', 'unfollow', 'klines', '--symbols', 'ETHUSDT,OLDUSDT', '--purge'];
  const NAME = { source: 'klines_spot', timeframe: '1m' };
  const purged = (symbol: string, rows: number, done = true) => ({ ...NAME, symbol, rows, done });
  const REPORT = {
    body: [reported({ symbol: 'ETHUSDT', earliest: null, latest: null, rows: 1_440 })],
  };
  const nothingElse = { 'GET /backfill/report': REPORT };
  const deletes = (received: readonly { readonly method: string; readonly path: string }[]) =>
    received.filter(({ method }) => method === 'DELETE').map(({ path }) => path);

  it('deletes call by call, what is left of it, and says how many rows it were', async () => {
    let calls = 0;
    const answers = [[purged('ETHUSDT', 400), purged('OLDUSDT', 600, false)], [purged('OLDUSDT', 440)]];
    await using api = await fakeApi({
      'DELETE /backfill/series': () => {
        const now = answers[calls++]!;
        return { body: { unfollowed: now, purged: now } };
      },
    });
    const ran = await gordon([...ORDER, '--yes'], { api: api.url });
    expect([ran.code, ran.stdout]).toEqual([
      0,
      'klines_spot ETHUSDT 1m is purged: 400 rows deleted\nklines_spot OLDUSDT 1m is purged: 1,040 rows deleted\n',
    ]);
    expect(deletes(api.received)).toEqual([
      '/backfill/series?source=klines&symbols=ETHUSDT%2COLDUSDT&purge=true&confirm=ETHUSDT%2COLDUSDT',
      '/backfill/series?source=klines&symbols=OLDUSDT&purge=true&confirm=OLDUSDT',
    ]);
  });

  it('without a terminal and without --yes ends with 2, and nothing is done', async () => {
    await using api = await fakeApi(nothingElse);
    const ran = await gordon(ORDER, { api: api.url });
    expect([ran.code, ran.stdout, deletes(api.received)]).toEqual([2, '', []]);
    expect(ran.stderr).toMatch(/--yes/);
  });

  it.each(['', 'n', 'yesterday'])('on a terminal does nothing after the answer "%s"', async (answer) => {
    await using api = await fakeApi(nothingElse);
    const ran = await gordon(ORDER, { api: api.url, answer });
    expect([ran.code, ran.stdout, deletes(api.received)]).toEqual([1, 'nothing was done\n', []]);
    expect(ran.stderr).toMatch(/klines_spot ETHUSDT 1m: 1,440 rows\ndelete it\? \[y\/N\] $/);
  });

  it('on a terminal deletes after a yes', async () => {
    const body = { unfollowed: [SERIES], purged: [purged('ETHUSDT', 1_440)] };
    await using api = await fakeApi({ ...nothingElse, 'DELETE /backfill/series': { body } });
    const ran = await gordon([...ORDER, '--json'], { api: api.url, answer: 'y' });
    expect([ran.code, JSON.parse(ran.stdout)]).toEqual([0, [{ ...NAME, symbol: 'ETHUSDT', rows: 1_440 }]]);
  });

  it('of a series that a job is at work on ends with 2 and names the job', async () => {
    await using api = await fakeApi({
      'DELETE /backfill/series': problem(
        409,
        'series-at-work',
        'klines_spot ETHUSDT 1m: job 01J is at work on it.',
      ),
    });
    const ran = await gordon([...ORDER, '--yes'], { api: api.url });
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('job 01J')]);
  });

  it('and --yes without it is a mistake', async () => {
    await using api = await fakeApi({});
    const ran = await gordon(['backfill', 'unfollow', 'klines', '--symbols', 'X', '--yes'], { api: api.url });
    expect([ran.code, api.received]).toEqual([2, []]);
  });
});
