import { describe, expect, it } from 'vitest';
import { fakeApi, problem } from './support/fake-api.ts';
import { gordon } from './support/run.ts';

const SERIES = {
  source: 'klines_spot',
  family: 'klines',
  symbol: 'ETHUSDT',
  timeframe: '1m',
  from: '2025-01-01T00:00:00Z',
  to: '2025-11-01T00:00:00Z',
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
    expect(api.asked.at(-1)!.path).toBe('/backfill/series?source=klines&symbols=ETHUSDT%2COLDUSDT');
  });

  it('of what is not requested ends with 2', async () => {
    await using api = await fakeApi({
      'DELETE /backfill/series': problem(404, 'not-followed', 'NOSUCH: nothing of it is requested there.'),
    });
    const ran = await gordon(['backfill', 'unfollow', 'klines', '--symbols', 'NOSUCH'], { api: api.url });
    expect(ran.code).toBe(2);
  });
});
