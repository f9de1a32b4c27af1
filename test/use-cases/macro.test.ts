import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addYears, DAY, iso, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { macro_fred } from '../../functions/sources/macro/macro_fred.ts';
import { seriesOf } from '../../simulator/fred/series.ts';
import { type Vintage, vintages } from '../../simulator/fred/vintages.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { standingTime } from '../helpers/standing-time.ts';

/** FRED's series through order, state machine and fetcher; `test/host/sources/macro.test.ts` has them in the database. */
const run = (at: MemoryHost, order: object) => at.run({ source: 'macro', ...order });
const fredSeries = (symbol: string) => ({ source: 'macro_fred', symbol, timeframe: '1d' }) as const;

interface Observation {
  readonly time: string;
  readonly realtime_start: string;
  readonly realtime_end: string | null;
  readonly value: number | null;
}
const stored = (at: MemoryHost, symbol: string): unknown[][] =>
  at
    .rows<Observation>(fredSeries(symbol))
    .map(({ time, realtime_start, realtime_end, value }) => [time, realtime_start, realtime_end, value]);
const report = async (at: MemoryHost) =>
  (await at.ask<{ symbol: string; rows: number; gaps: unknown[] }[]>('/backfill/report')).body;

const day = (text: string): string => iso(Date.parse(text));
const dayAfter = (text: string): string => iso(Date.parse(text) + DAY);

/** What the simulated venue has, as the table stores it: ends exclusive, null for the latest vintage. */
function truth(at: MemoryHost, symbol: string, from: string, to: string): unknown[][] {
  const { seed, now } = at.venues.control.context;
  return vintages(seed, seriesOf(symbol)!, now())
    .filter(({ date }) => date >= from && date < to)
    .map(({ date, value, from, until }: Vintage) => [
      day(date),
      symbol === 'SP500' ? dayAfter(date) : day(from),
      until === '9999-12-31' ? null : dayAfter(until),
      value === '.' ? null : Number(value),
    ]);
}

describe('macro, as time goes on', () => {
  it('requests again what may still be revised, and closes the former vintage', async () => {
    const time = standingTime(Date.parse('2024-02-10T12:00:00Z'));
    await using at = await startMemoryHost({ time });
    const order = { symbols: ['CPIAUCSL', 'SP500'], from: '2023-06-01' };
    const first = await run(at, order);
    expect(first).toMatchObject({ status: 'succeeded', failures: [] });
    expect(stored(at, 'CPIAUCSL')).toHaveLength(7);
    expect(await report(at)).toMatchObject([{ gaps: [] }, { gaps: [] }]);
    expect(first.rows_fetched).toBe((await report(at)).reduce((sum, r) => sum + r.rows, 0));

    // Within half an hour the answer is taken to be the same; after that it may differ, and a new range is always requested.
    const requestsAfter = async (ms: number, more = {}): Promise<number> => {
      time.skip(ms);
      const before = at.venues.requests.all().length;
      expect(await run(at, { ...order, ...more })).toMatchObject({ status: 'succeeded' });
      return at.venues.requests.all().length - before;
    };
    expect(await requestsAfter(30 * SECOND)).toBe(0);
    expect(await requestsAfter(0, { symbols: ['SP500'], from: '2023-05-01' })).toBe(1);
    expect(await requestsAfter(31 * MINUTE)).toBeGreaterThanOrEqual(2);
    at.warehouse.deleteRows(fredSeries('SP500'), [{ start: 0, end: Date.parse('2023-06-01') }]);

    time.skip(10 * DAY);
    const later = await run(at, order);
    const cpi = truth(at, 'CPIAUCSL', '2023-06-01', '2024-03-01');
    expect(stored(at, 'CPIAUCSL')).toEqual(cpi);
    expect(cpi).toHaveLength(2 * 7 + 1);
    expect(stored(at, 'SP500')).toEqual(truth(at, 'SP500', '2023-06-01', '2024-03-01'));
    // Seven values closed, seven put in their place, one new month; six or seven days of the index.
    expect(later.rows_fetched).toBeGreaterThanOrEqual(15 + 6);
    expect(later.rows_fetched).toBeLessThanOrEqual(15 + 8);
    expect([...at.findings(fredSeries('SP500')), ...at.findings(fredSeries('CPIAUCSL'))]).toHaveLength(0);
  });
});

describe('macro without a key', () => {
  it('is refused with the address where to get a key', async () => {
    await using at = await startMemoryHost({ env: { FRED_API_KEY: '' } });
    const answer = await at.ask('/backfill', { method: 'POST', body: JSON.stringify({ source: 'macro' }) });
    expect(answer).toMatchObject({ status: 409, body: { code: 'key-missing', subject: 'macro_fred' } });
    expect((answer.body as { detail: string }).detail).toMatch(
      /FRED_API_KEY is not set\. Get one at https:\/\/fred\.stlouisfed\.org/,
    );
    expect(at.venues.requests.all()).toEqual([]);
  });

  it('works with GORDON_FRED_API_KEY, as the deployment sets it', async () => {
    const key = 'a'.repeat(32);
    await using at = await startMemoryHost({ env: { FRED_API_KEY: '', GORDON_FRED_API_KEY: key } });
    const order = { symbols: ['UNRATE'], from: '2023-01-01', to: '2023-03-01' };
    expect(await run(at, order)).toMatchObject({ status: 'succeeded', rows_fetched: 2 });
  });

  it('reports a key that FRED does not know, and not a fault of the program', async () => {
    await using at = await startMemoryHost({ env: { FRED_API_KEY: 'b'.repeat(32) } });
    const job = await run(at, { symbols: ['UNRATE'], from: '2023-01-01', to: '2023-03-01' });
    expect(job.status).toBe('failed');
    expect(job.failures[0]!.message).toMatch(/api_key is not registered.*FRED_API_KEY/);
    expect(job.failures[0]!.message).not.toContain('b'.repeat(32));
  });
});

describe('the pace of FRED', () => {
  let at: MemoryHost;
  beforeAll(async () => {
    at = await startMemoryHost();
  });
  afterAll(() => at?.[Symbol.asyncDispose]());
  afterEach(() => at.venues.faults.clear());

  const ALL = [...macro_fred.defaultSymbols, ...macro_fred.optInSymbols!];

  it('loads the whole macro stage, with what is opt-in, within a minute from a venue that refuses the third request of a second', async () => {
    const { clock } = at.time;
    const began = clock();
    const job = await run(at, { symbols: ALL, from: iso(addYears(began - (began % DAY), -1)) });
    const seconds = (clock() - began) / SECOND;
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const loaded = ALL.filter((symbol) => stored(at, symbol).length > 0);
    expect(loaded).toHaveLength(ALL.length);
    const answers = at.venues.requests.all().map(({ status }) => status);
    expect(answers.length).toBeGreaterThanOrEqual(job.chunks.length);
    expect(answers.filter((status) => status === 429)).toEqual([]);
    expect(seconds).toBeLessThan(60);
  });

  describe('a refusal that passes', () => {
    const NOT_REGISTERED = JSON.stringify({
      error_code: 400,
      error_message: 'Bad Request.  The value for variable api_key is not registered.',
    });
    const YEARS = ['2015', '2016', '2017', '2018'];

    it.each([
      ['of a key that it knows', { status: 400, body: NOT_REGISTERED }],
      ['of a path that it has', { status: 404, body: '<html>Not Found</html>' }],
      ['of its own fault', { status: 500, body: 'Internal Server Error' }],
      ['for a second that is over', { status: 429, body: '', headers: { 'retry-after': '1' } }],
    ])('%s is requested again', async (_what, answer) => {
      const year = YEARS.pop()!;
      const fault = at.venues.faults.add({ kind: 'status', venue: 'fred', times: 2, ...answer });
      const job = await run(at, { symbols: ['UNRATE'], from: `${year}-01-01`, to: `${year}-04-01` });
      expect(job).toMatchObject({ status: 'succeeded', failures: [], rows_fetched: expect.any(Number) });
      expect(job.rows_fetched).toBeGreaterThanOrEqual(3);
      expect(fault.hits).toBe(2);
    });
  });
});
