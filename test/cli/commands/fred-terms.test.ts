import { describe, expect, it } from 'vitest';
import { fredClause } from '../../../cli/terms/fred-terms.ts';
import { type FakeApi, fakeApi, type Received } from '../support/fake-api.ts';
import { NOON } from '../support/fake-terminal.ts';
import { gordon, noTerms, type RunOptions } from '../support/run.ts';
import { HEALTH, job, macroSource, ordered, reported, view } from '../support/samples.ts';

const apiWith = (over: Parameters<typeof fakeApi>[0] = {}): Promise<FakeApi> =>
  fakeApi({
    'GET /backfill/sources': { body: [macroSource()] },
    'GET /backfill/report': { body: [reported()] },
    'POST /backfill': () => ({
      status: 202,
      body: ordered(view(job({ source: 'macro', status: 'queued' }))),
    }),
    [`GET /backfill/jobs/${job().id}`]: { body: view(job({ status: 'succeeded', finishedAt: NOON })) },
    ...over,
  });

const ordersOf = ({ received }: FakeApi): Received[] => received.filter(({ method }) => method === 'POST');
const clause = `${fredClause().join('\n')}\n`;
const trigger = (api: FakeApi, options: RunOptions = {}, ...more: string[]) =>
  gordon(['backfill', 'macro', 'trigger', ...more], { api: api.url, ...options });

describe('an order of macro', () => {
  it('shows the clauses and is refused where nobody can accept them', async () => {
    await using api = await apiWith();
    const ran = await trigger(api);
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: `${clause}gordon-data: the terms of FRED are not accepted: read them above, then set GORDON_ACCEPT_FRED_TERMS=1\n`,
    });
    expect(clause).toContain('no storing, caching, archiving or inclusion in a database');
    expect(clause).toContain('not endorsed or certified by the Federal Reserve Bank of St. Louis');
    expect(ordersOf(api)).toEqual([]);
  });

  it('goes through with GORDON_ACCEPT_FRED_TERMS=1, and shows them all the same', async () => {
    await using api = await apiWith();
    const ran = await trigger(api, { env: { GORDON_ACCEPT_FRED_TERMS: '1' } });
    expect([ran.code, ran.stderr]).toEqual([0, clause]);
    expect(ordersOf(api)).toHaveLength(1);
  });

  it('asks once on a terminal', async () => {
    await using api = await apiWith();
    const terms = noTerms();
    const no = await trigger(api, { terms, answer: '' });
    expect(no.code).toBe(2);
    expect(no.stderr).toContain('Do you accept these terms? [y/N] ');
    const yes = await trigger(api, { terms, answer: 'y' });
    expect(yes.code).toBe(0);
    const again = await trigger(api, { terms });
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(ordersOf(api)).toHaveLength(2);
  });

  it('of the index of a third party shows its clause too, whatever was accepted before', async () => {
    await using api = await apiWith();
    const terms = noTerms();
    await trigger(api, { terms, answer: 'y' });
    const ran = await trigger(api, { terms }, '--symbols', 'SP500');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('  S&P Dow Jones Indices: Anything beyond viewing needs the owner');
  });

  it('never asks of simulated data, nor where the key is missing anyway', async () => {
    await using demo = await apiWith({ 'GET /healthz': { body: { ...HEALTH, simulated: true } } });
    expect(await trigger(demo)).toMatchObject({ code: 0, stderr: '' });
    await using keyless = await apiWith({
      'GET /backfill/sources': { body: [macroSource({ key_missing: 'FRED_API_KEY' })] },
    });
    expect(await trigger(keyless)).toMatchObject({ code: 0, stderr: '' });
  });

  it('takes no other value of the variable', async () => {
    await using api = await apiWith();
    const ran = await trigger(api, { env: { GORDON_ACCEPT_FRED_TERMS: 'yes' } });
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'gordon-data: GORDON_ACCEPT_FRED_TERMS is "yes": write 1 to accept, or 0\n',
    });
  });
});

describe('a seed', () => {
  const only = { SKIP_KLINES: '1', SKIP_FUNDING: '1', SKIP_OI: '1', SKIP_METRICS: '1', SKIP_GEX: '1' };
  const seed = (api: FakeApi, options: RunOptions = {}) =>
    gordon(['seed', '--skip', 'sentiment'], { api: api.url, ...options, env: { ...only, ...options.env } });

  it('skips macro where nobody accepts, and says so', async () => {
    await using api = await apiWith();
    const ran = await seed(api);
    expect(ran.stderr).toBe(
      `${clause}gordon-data: macro is skipped: the terms of FRED are not accepted: read them above, then set GORDON_ACCEPT_FRED_TERMS=1\n`,
    );
    expect(ran.stdout).toContain('skipped: terms not accepted');
    expect([ran.code, ordersOf(api)]).toEqual([0, []]);
  });

  it('loads it once they are accepted', async () => {
    await using api = await apiWith();
    expect((await seed(api, { answer: 'yes' })).code).toBe(0);
    expect(ordersOf(api).map(({ body }) => (body as { source: string }).source)).toEqual(['macro']);
  });

  it('that leaves macro out shows nothing', async () => {
    await using api = await apiWith();
    const ran = await seed(api, { env: { SKIP_MACRO: '1', SKIP_GEX: '0' } });
    expect(ran.stderr).toBe('');
  });
});
