import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { gordon } from '../../cli/support/run.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

const MONTH = Date.UTC(2025, 0, 1);
const HOUR = 3_600_000;

/** A month of hours as the archive writes them, some of them wrong. */
function csv(): string {
  const lines = Array.from({ length: 744 }, (_, i) => {
    const open = (MONTH + i * HOUR) * 1_000;
    const prices = [100, 102, 99, 101].map((price) => (i === 30 || i === 31 ? price * 1_000 : price));
    if (i === 10) prices[1] = 98;
    if (i === 20) prices[2] = 0;
    return [open, ...prices, 5, open + HOUR * 1_000 - 1, 500, 7, 2, 200, 0].join(',');
  });
  return `${lines.join('\n')}\n`;
}

let at: TestHost;
beforeAll(async () => {
  const archives = [{ market: 'spot', symbol: 'BTCUSDT', interval: '1h', period: '2025-01', csv: csv() }];
  at = await startTestHost({ overrides: { archives } });
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

it('stores implausible rows as the venue serves them, and records findings', async () => {
  const order = { source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h' };
  const job = await at.wait((await at.order({ ...order, from: '2025-01-01', to: '2025-02-01' })).id);
  expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 744 });
  const query = 'source=klines_spot&symbol=BTCUSDT&timeframe=1h&from=2025-01-01&to=2025-02-01';
  const { body } = await at.ask<{ kind: string; time: string; detail: object }[]>(
    `/backfill/findings?${query}`,
  );
  const hour = (i: number) => new Date(MONTH + i * HOUR).toISOString().replace('.000', '');
  expect(body.map(({ kind, time }) => [kind, time])).toEqual([
    ['ohlc-inconsistent', hour(10)],
    ['non-positive-price', hour(20)],
    ['scale-jump', hour(30)],
    ['scale-jump', hour(32)],
  ]);
  expect(body[0]!.detail).toEqual({ open: 100, high: 98, low: 99, close: 101, rows: 1 });
  const report = await at.ask<{ findings: number }[]>('/backfill/report?symbol=BTCUSDT');
  expect(report.body[0]!.findings).toBe(4);
  const [kept] = await at.sql`
    select low from market_data.spot_klines where open_time = ${hour(20)} and timeframe = '1h'`;
  expect(kept!.low).toBe(0);
});

it.each([
  ['its file', 'BTCUSDT', false],
  ['an answer', 'ETHUSDT', true],
])('reports a candle that a trading halt cut short, from %s', async (_where, symbol, withoutArchive) => {
  if (withoutArchive) at.venues.faults.add({ kind: 'not-found', match: `klines/${symbol}/` });
  const order = { source: 'klines_spot', symbols: [symbol], from: '2018-02-08', to: '2018-02-08T00:30:00Z' };
  expect(await at.wait((await at.order(order)).id)).toMatchObject({ status: 'succeeded', rows_fetched: 29 });
  const { body } = await at.ask<{ kind: string; time: string; until: string; detail: object }[]>(
    `/backfill/findings?source=klines_spot&symbol=${symbol}&timeframe=1m&from=2018-02-01&to=2018-03-01`,
  );
  expect(body.filter(({ kind }) => kind === 'cut-short')).toMatchObject([
    {
      time: '2018-02-08T00:28:00Z',
      until: '2018-02-08T00:29:00Z',
      detail: { rawCloseTime: Date.UTC(2018, 1, 8, 0, 28, 14, 416), missingMs: 45_583, rows: 1 },
    },
  ]);
  const { body: report } = await at.ask<{ timeframe: string; findings: number; empty: { from: string }[] }[]>(
    `/backfill/report?symbol=${symbol}&source=klines_spot`,
  );
  const minutes = report.find(({ timeframe }) => timeframe === '1m')!;
  expect([minutes.findings, minutes.empty.map(({ from }) => from)]).toEqual([1, ['2018-02-08T00:29:00Z']]);
});

it('does not fetch what the retention drops, and reports it as retired until the retention is cleared', async () => {
  const api = `http://127.0.0.1:${at.host.ports.jobs}`;
  const run = (...args: string[]) => gordon(args, { api });
  const order = {
    source: 'klines_spot',
    symbols: ['SOLUSDT'],
    timeframe: '1h',
    from: '2025-02-01',
    to: '2025-03-01',
  };
  const job = async () => at.wait((await at.order(order)).id);
  expect(await job()).toMatchObject({ status: 'succeeded', rows_fetched: 28 * 24 });
  const set = await run(
    'retention',
    'set',
    'klines_spot',
    '--before',
    '2025-02-10',
    '--reason',
    'disk is dear',
  );
  expect([set.code, set.stdout]).toEqual([
    0,
    expect.stringMatching(/before 2025-02-10 00:00:00 +disk is dear/),
  ]);
  const report = async () =>
    (await at.ask<{ rows: number; gaps: object[]; empty: object[] }[]>('/backfill/report?symbol=SOLUSDT'))
      .body[0]!;
  // Rows that are there stay.
  expect(await report()).toMatchObject({ rows: 28 * 24, gaps: [], empty: [] });
  await at.sql`delete from market_data.spot_klines where symbol = 'SOLUSDT' and open_time < '2025-02-11Z'`;
  const retired = { from: '2025-02-01T00:00:00Z', to: '2025-02-10T00:00:00Z', reason: 'retired' };
  const day = { from: '2025-02-10T00:00:00Z', to: '2025-02-11T00:00:00Z', rows: 24 };
  expect(await report()).toMatchObject({ rows: 18 * 24, gaps: [day], empty: [retired] });
  expect((await run('backfill', 'report', '--symbol', 'SOLUSDT')).stdout).toContain('retired 2025-02-01');
  const covered = await at.ask<{ runs: { empty: object }[] }[]>(
    '/backfill/coverage?symbol=SOLUSDT&bucket=month',
  );
  expect(covered.body[0]!.runs[0]!.empty).toEqual({ retired: 9 * 24 });
  const ledger = await at.ask(
    '/backfill/ledger?source=klines_spot&symbol=SOLUSDT&timeframe=1h&from=2025-02-01',
  );
  expect(ledger.body).toMatchObject([
    { state: 'empty', reason: 'retired', evidence: [{ what: 'retention of klines_spot: disk is dear' }] },
    { state: 'have' },
  ]);
  // The job gets the day that is kept, and says of the others why they are not there.
  expect(await job()).toMatchObject({
    status: 'succeeded',
    rows_fetched: 24,
    gaps: [{ from: retired.from, to: retired.to, cause: 'retired', proven: true }],
  });
  expect((await run('backfill', 'report', '--symbol', 'SOLUSDT', '--fail-on-gaps')).code).toBe(0);
  expect((await run('retention', 'clear', 'klines_spot')).stdout).toBe('Everything is kept.\n');
  expect((await run('backfill', 'report', '--symbol', 'SOLUSDT', '--fail-on-gaps')).code).toBe(1);
  expect(await job()).toMatchObject({ status: 'succeeded', rows_fetched: 9 * 24, gaps: [] });
  // What is older than the retained interval is not requested either.
  expect((await run('retention', 'set', 'klines_spot', '--keep', '30')).code).toBe(0);
  const old = { ...order, from: '2024-01-01', to: '2024-02-01' };
  const plan = await at.ask<{ quote: object }>('/backfill?dry_run=true', {
    method: 'POST',
    body: JSON.stringify(old),
  });
  expect(plan.body.quote).toMatchObject({ rows: 0, chunks: 0 });
  expect((await run('retention', 'set', 'klines_spot')).code).toBe(2);
});
