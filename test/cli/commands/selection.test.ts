import { describe, expect, it } from 'vitest';
import { fakeApi } from '../support/fake-api.ts';
import { NOON } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';
import { followed, JOB_ID, job, ordered, reported, summary, view } from '../support/samples.ts';

const paths = (received: readonly { readonly path: string }[], start: string): string[] =>
  received.map(({ path }) => path).filter((path) => path.startsWith(start));

describe('sources and symbols', () => {
  it.each([
    ['with commas', ['--sources', 'klines,klines_spot', '--symbols', 'BTCUSDT,ETHUSDT']],
    [
      'one by one',
      ['--source', 'klines', '--source', 'klines_spot', '--symbol', 'BTCUSDT', '--symbol=ETHUSDT'],
    ],
  ])('are given %s, and each series is reported once', async (_, filter) => {
    await using api = await fakeApi({
      'GET /backfill/report': ({ path }) => ({
        body: [reported({ symbol: new URL(path, 'http://x').searchParams.get('symbol')! })],
      }),
    });
    const ran = await gordon(['backfill', 'report', ...filter, '--json'], { api: api.url });
    expect(JSON.parse(ran.stdout).map(({ symbol }: { symbol: string }) => symbol)).toEqual([
      'BTCUSDT',
      'ETHUSDT',
    ]);
    expect(paths(api.received, '/backfill/report')).toEqual([
      '/backfill/report?source=klines&symbol=BTCUSDT',
      '/backfill/report?source=klines&symbol=ETHUSDT',
      '/backfill/report?source=klines_spot&symbol=BTCUSDT',
      '/backfill/report?source=klines_spot&symbol=ETHUSDT',
    ]);
  });

  it('select jobs, the newest first and none twice', async () => {
    const older = summary(job());
    const newer = summary(job({ id: '01JD6Z8X5Q0000000000000001' }));
    await using api = await fakeApi({
      'GET /backfill/jobs': ({ path }) => ({ body: path.includes('gex') ? [newer, older] : [older] }),
    });
    const args = ['backfill', 'jobs', '--source', 'klines', '--source', 'gex', '--json'];
    const { stdout } = await gordon(args, { api: api.url });
    expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual([newer.id, JOB_ID]);
  });

  it.each([
    ['report', 'GET /backfill/report'],
    ['series', 'GET /backfill/series'],
  ])('that %s does not know end with 2 and what may be meant', async (command, route) => {
    await using api = await fakeApi({
      'GET /backfill/series': ({ path }) => ({ body: path.includes('symbol=') ? [] : [followed()] }),
      ...(route.endsWith('report') && { [route]: { body: [] } }),
    });
    const ran = await gordon(['backfill', command, '--symbol', 'BTCUSTD'], { api: api.url });
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'gordon-data: BTCUSTD: nothing was ever requested for it. Did you mean BTCUSDT?\n',
    });
  });
});

describe('relative times', () => {
  it('become what the API takes', async () => {
    await using api = await fakeApi({ 'POST /backfill': { status: 202, body: ordered(view(job())) } });
    const args = ['backfill', 'klines', 'trigger', '--from', '-30d', '--to', 'yesterday'];
    expect((await gordon(args, { api: api.url, now: NOON })).code).toBe(0);
    expect(api.received.at(-1)!.body).toEqual({
      source: 'klines',
      from: '2025-10-22T12:00:00Z',
      to: '2025-11-20T00:00:00Z',
    });
  });
});
