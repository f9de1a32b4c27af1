import { describe, expect, it } from 'vitest';
import { type SeedFlags, seedSettings } from '../../../cli/seed/settings.ts';
import { stages, wordOf } from '../../../cli/seed/stages.ts';
import { DAY, iso } from '../../../functions/core/time/time.ts';
import { type Answer, fakeApi, problem, type Received } from '../support/fake-api.ts';
import { fakeTerminal, NOON } from '../support/fake-terminal.ts';
import { gordon } from '../support/run.ts';
import { doneChunk, job, macroSource, ordered, reported, view } from '../support/samples.ts';

const settings = (flags: SeedFlags = {}, env: Record<string, string> = {}) => seedSettings(flags, env, NOON);

describe('settings', () => {
  it('are the year until now', () => {
    const { from, to, symbols, stages: chosen } = settings();
    expect({ from, to, symbols }).toEqual({
      from: '2024-11-21T00:00:00Z',
      to: undefined,
      symbols: undefined,
    });
    expect(chosen.map(({ family }) => family)).toEqual([
      'klines',
      'funding',
      'open_interest',
      'metrics',
      'sentiment',
      'macro',
      'gex',
    ]);
  });

  it('of a demo end at midnight, and have candles', () => {
    const { from, to, stages: chosen } = settings({ demo: true });
    expect([from, to]).toEqual(['2024-11-21T00:00:00Z', '2025-11-21T00:00:00Z']);
    expect(chosen.at(-1)?.family).toBe('candles');
    expect(settings({ demo: true, skip: ['candles'] }).stages.map(({ family }) => family)).not.toContain(
      'candles',
    );
    expect(chosen.filter(({ demoOnly }) => !demoOnly)).toEqual(settings().stages);
  });

  it('come from the environment', () => {
    const env = { FROM_DATE: '2025-01-01', TO_DATE: '2025-02-01T06:00:00Z', SYMBOLS: 'BTCUSDT, SOLUSDT' };
    const { from, to, symbols, stages } = settings(
      {},
      { ...env, SKIP_OI: '1', SKIP_GEX: '1', SKIP_MACRO: '0' },
    );
    expect([from, to, symbols]).toEqual([
      '2025-01-01T00:00:00Z',
      '2025-02-01T06:00:00Z',
      ['BTCUSDT', 'SOLUSDT'],
    ]);
    expect(stages.map(({ family }) => family)).toEqual([
      'klines',
      'funding',
      'metrics',
      'sentiment',
      'macro',
    ]);
  });

  it('are taken from the command line first', () => {
    const env = { FROM_DATE: '2025-01-01', TO_DATE: '2025-02-01', SYMBOLS: 'BTCUSDT' };
    const flags = { from: '2024-01-01', to: '2024-02-01', symbols: ['A'], skip: ['klines'], demo: true };
    const { from, to, symbols, stages } = settings(flags, env);
    expect([from, to, symbols]).toEqual(['2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z', ['A']]);
    expect(stages.map(({ family }) => family)).not.toContain('klines');
  });

  it.each([
    [{ FROM_DATE: 'last week' }, /^FROM_DATE is "last week": write a day/],
    [{ SKIP_KLINE: '1' }, /^SKIP_KLINE leaves out no stage\. Did you mean SKIP_KLINES\?$/],
    [{ FROM_DATE: '2025-02-30' }, /^FROM_DATE is "2025-02-30"/],
    [{ TO_DATE: '' }, /^TO_DATE is ""/],
    [
      { FROM_DATE: '2025-02-01', TO_DATE: '2025-01-01' },
      /^FROM_DATE 2025-02-01T00:00:00Z must lie before TO_DATE 2025-01-01T00:00:00Z$/,
    ],
    [{ FROM_DATE: '2030-01-01' }, /^FROM_DATE 2030-01-01T00:00:00Z must lie before now$/],
    [{ SYMBOLS: '' }, /^SYMBOLS is "": write symbols/],
    [{ SYMBOLS: 'BTCUSDT,,' }, /^SYMBOLS is "BTCUSDT,,"/],
    [{ SKIP_KLINES: 'yes' }, /^SKIP_KLINES is "yes": write 1 to leave klines out, or 0$/],
  ])('refuse %j', async (env, message) => {
    expect(() => settings({}, env as never)).toThrow(message);
    const ran = await gordon(['seed'], { env: env as never });
    expect([ran.code, ran.stdout, ran.stderr.split('\n').length]).toEqual([2, '', 2]);
  });
});

describe('a seed', () => {
  const only = { SKIP_METRICS: '1', SKIP_SENTIMENT: '1', SKIP_MACRO: '1', SKIP_GEX: '1' };
  /** klines succeed, funding fails, whatever else is requested is not known */
  const routes = (over: Record<string, Answer> = {}) => ({
    'POST /backfill': ({ body }: Received): Answer => {
      const { source } = body as { source: string };
      if (!['klines', 'funding'].includes(source))
        return problem(400, 'unknown-source', `${source}: no such source`);
      return {
        status: 202,
        body: ordered(view(job({ id: `job-${source}`, status: 'queued', source: source as never }))),
      };
    },
    'GET /backfill/jobs/job-klines': {
      body: view(job({ status: 'succeeded', rows: 525_600, finishedAt: NOON }), [doneChunk('a', 525_600)]),
    },
    'GET /backfill/jobs/job-funding': {
      body: view(job({ status: 'failed', reason: 'HTTP 451', finishedAt: NOON }), [doneChunk('a', 0)]),
    },
    'GET /backfill/report': { body: [reported()] },
    'GET /backfill/sources': { body: [macroSource()] },
    ...over,
  });

  it('runs a stage for each family, reports each and then the series', async () => {
    await using api = await fakeApi(routes());
    const ran = await gordon(['seed'], { api: api.url, env: { ...only, SYMBOLS: 'BTCUSDT' } });
    expect(ran.stderr).toBe('');
    expect(ran.stdout.split('\n')).toEqual([
      'seeding 2024-11-21T00:00:00Z to now, BTCUSDT',
      'job job-klines queued: klines BTCUSDT, ETHUSDT 1m, 2025-10-01 00:00 to 2025-11-01 00:00',
      'job job-funding queued: funding BTCUSDT, ETHUSDT 1m, 2025-10-01 00:00 to 2025-11-01 00:00',
      '',
      '== klines',
      'succeeded: 525,600 rows in 8.0 s (65,700 rows/s)',
      '',
      '== funding',
      'failed: 0 rows in 8.0 s: HTTP 451',
      '',
      '== open_interest',
      'open_interest is not available in this version',
      '',
      'Stage             Rows  Seconds  Rows/s  State',
      'klines         525,600      8.0  65,700  succeeded',
      'funding              0      8.0       0  failed',
      'open_interest        -        -       -  not available in this version',
      '',
      'Source       Symbol   Earliest             Latest               Gaps  Timeframe     Rows  Counted',
      'klines_spot  BTCUSDT  2024-11-21 00:00:00  2025-11-20 23:59:00     0  1m         525,600  never',
      '',
    ]);
    expect(ran.code).toBe(1);
  });

  it('succeeds when every stage that there is does', async () => {
    await using api = await fakeApi(routes());
    const env = { ...only, SKIP_FUNDING: '1' };
    const skipped = Object.keys(env);
    const ran = await gordon(['seed', '--demo'], { api: api.url, env });
    expect(ran.code).toBe(0);
    const orders = api.received.filter(({ method }) => method === 'POST').map(({ body }) => body);
    const own = stages.filter(({ source, skip }) => source !== undefined && !skipped.includes(skip));
    // One source of a family is ordered by its own name, for the last days alone.
    for (const { source, days } of own)
      expect(orders).toContainEqual({
        source,
        from: iso(Date.UTC(2025, 10, 21) - days! * DAY),
        to: '2025-11-21T00:00:00Z',
      });
    const words: unknown[] = own.map(wordOf);
    expect(orders.filter((order) => !words.includes((order as { source: string }).source))).toEqual([
      { source: 'klines', from: '2024-11-21T00:00:00Z', to: '2025-11-21T00:00:00Z' },
      { source: 'open_interest', from: '2024-11-21T00:00:00Z', to: '2025-11-21T00:00:00Z' },
      { source: 'options', from: '2025-10-22T00:00:00Z', to: '2025-11-21T00:00:00Z' },
      { source: 'candles', from: '2024-11-21T00:00:00Z', to: '2025-11-21T00:00:00Z' },
    ]);
  });

  it('gives symbols only to the stages that have them', async () => {
    await using api = await fakeApi(routes());
    const env = { GORDON_ACCEPT_FRED_TERMS: '1' };
    await gordon(['seed', '--symbols', 'X', '--skip', 'klines,funding'], { api: api.url, env });
    const bodies = api.received.flatMap(({ body }) => (body as { source: string; symbols?: string[] }) ?? []);
    expect(bodies.map(({ source, symbols }) => [source, symbols])).toEqual([
      ['open_interest', ['X']],
      ...['sentiment', 'macro', 'gex'].map((source) => [source, undefined]),
      ['metrics', ['X']],
    ]);
  });

  it('goes on after a stage that could not be started', async () => {
    const refused = problem(422, 'unknown-symbol', 'FOO: not listed');
    await using api = await fakeApi(routes({ 'POST /backfill': refused }));
    const ran = await gordon(['seed'], { api: api.url, env: { ...only, SKIP_OI: '1' } });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe('gordon-data: klines: FOO: not listed\ngordon-data: funding: FOO: not listed\n');
    expect(ran.stdout).toContain('klines      -        -       -  failed\n');
  });

  it('skips a stage whose key is not there, and succeeds without it', async () => {
    const missing = problem(
      409,
      'key-missing',
      'macro_fred: needs a key, and FRED_API_KEY is not set. Get one at https://fred.stlouisfed.org/docs/api/api_key.html.',
    );
    const { 'POST /backfill': others } = routes();
    const post = (received: Received): Answer =>
      (received.body as { source: string }).source === 'macro'
        ? missing
        : (others as (received: Received) => Answer)(received);
    const known = { body: [macroSource({ key_missing: 'FRED_API_KEY' })] };
    await using api = await fakeApi(
      routes({ 'POST /backfill': post as never, 'GET /backfill/sources': known }),
    );
    const env = { ...only, SKIP_FUNDING: '1', SKIP_OI: '1', SKIP_MACRO: '0' };
    const ran = await gordon(['seed'], { api: api.url, env });
    expect(ran.stderr).toBe(
      'gordon-data: macro is skipped: macro_fred: needs a key, and FRED_API_KEY is not set. Get one at ' +
        'https://fred.stlouisfed.org/docs/api/api_key.html.\n',
    );
    expect(ran.stdout).toContain('macro         -        -       -  skipped: no FRED_API_KEY\n');
    expect(ran.code).toBe(0);
  });

  it('stops at Ctrl-C', async () => {
    const running = { body: view(job({ id: 'job-klines', status: 'running' })) };
    await using api = await fakeApi(routes({ 'GET /backfill/jobs/job-klines': running }));
    const terminal = fakeTerminal({
      env: { GORDON_API_URL: api.url, SKIP_MACRO: '1' },
      onSleep: () => terminal.stop('SIGTERM'),
    });
    const ran = await gordon(['seed'], { terminal });
    expect(ran.code).toBe(143);
    expect(ran.stderr).toMatch(/^No longer waiting; job job-klines goes on\.\n/);
    // Everything was ordered and announced before, but for what waits for the others.
    expect(ran.stdout).toContain('job job-funding queued');
    expect(api.received.some(({ body }) => (body as { source?: string })?.source === 'metrics')).toBe(false);
  });

  it('orders what shares files with another stage when that one has ended', async () => {
    await using api = await fakeApi(routes());
    await gordon(['seed'], { api: api.url, env: { ...only, SKIP_METRICS: '0' } });
    const received = api.received.map(({ method, path, body }) =>
      method === 'POST' ? (body as { source: string }).source : path,
    );
    expect(received.indexOf('metrics')).toBeGreaterThan(received.indexOf('/backfill/jobs/job-funding'));
    expect(received.indexOf('open_interest')).toBeLessThan(received.indexOf('/backfill/jobs/job-klines'));
  });

  it('says at once when nobody is there, or nothing is to be done', async () => {
    const api = await fakeApi({});
    await api.close();
    const ran = await gordon(['seed'], { api: api.url });
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    const all = 'klines,funding,open_interest,metrics,sentiment,macro,gex';
    expect(await gordon(['seed', '--skip', all], { api: api.url })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'gordon-data: every stage is left out: nothing to do\n',
    });
  });
});
