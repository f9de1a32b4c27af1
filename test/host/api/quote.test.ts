import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSummary } from '../../../functions/core/api/jobs/schemas.ts';
import { LANES, type Quote } from '../../../functions/core/quote/quote.ts';
import { gordon } from '../../cli/support/run.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const plan = async (body: object): Promise<{ status: number; body: { quote: Quote; skipped: string[] } }> =>
  at.ask('/backfill?dry_run=true', { method: 'POST', body: JSON.stringify(body) });
const MINUTES_OF_A_QUARTER = 90 * 1_440;

describe('a dry run', () => {
  it('quotes archive months and enters nothing', async () => {
    const before = at.venues.requests.all().length;
    const order = {
      source: 'klines',
      symbols: ['BTCUSDT', 'NEWUSDT'],
      from: '2025-01-01',
      to: '2025-04-01',
    };
    const { status, body } = await plan(order);
    expect(status).toBe(200);
    expect(body.quote.requests).toContainEqual(
      expect.objectContaining({ family: 'binance-archive', limit: null, weight: expect.any(Number) }),
    );
    expect(
      at.venues.requests
        .all()
        .slice(before)
        .every(({ line }) => !line.includes('/data/')),
    ).toBe(true);
    expect((await at.ask<JobSummary[]>('/backfill/jobs?status=all')).body).toEqual([]);
    const [series] = await at.sql`select count(*)::int as n from market_data.series`;
    expect(series!.n).toBe(0);
  });

  it('counts pages by their weight where there is no archive', async () => {
    const order = { source: 'candles', symbols: ['BTCUSDT'], from: '2025-03-01', to: '2025-03-08' };
    const { body } = await plan({ ...order, timeframe: '1m' });
    // 10,080 rows in pages of 1,000.
    expect(body.quote).toMatchObject({ series: 1, chunks: 1, rows: 10_080 });
    expect(body.quote.requests).toEqual([
      expect.objectContaining({ family: 'bybit', requests: 11, weight: 11, window_seconds: 5 }),
    ]);
  });

  it('counts an object of several siblings once', async () => {
    const range = { symbols: ['BTCUSDT'], from: '2025-03-01', to: '2025-03-11' };
    const { body } = await plan({ source: 'metrics', ...range });
    // Ten files of days and the one with the first midnight, with their checksums, for all four.
    expect(body.quote).toMatchObject({ series: 4, rows: 4 * 240 });
    expect(body.quote.requests[0]).toMatchObject({ family: 'binance-archive', requests: 22 });
  });

  it('refuses what an order would refuse', async () => {
    const refused = await at.ask('/backfill?dry_run=perhaps', { method: 'POST', body: '{}' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await plan({ source: 'gold' })).toMatchObject({ status: 400, body: { code: 'unknown-source' } });
  });
});

describe('a job', () => {
  it('keeps its quote beside what it actually took', async () => {
    const order = { source: 'klines_spot', symbols: ['BTCUSDT'], from: '2025-01-01', to: '2025-04-01' };
    const { body } = await plan(order);
    expect(body.quote).toMatchObject({ chunks: 3, rows: MINUTES_OF_A_QUARTER });
    const job = await at.wait((await at.order(order)).id);
    expect(job.quote).toEqual(body.quote);
    expect(job.actual).toMatchObject({ rows: MINUTES_OF_A_QUARTER, requests: 6 });
    expect(job.actual.requests).toBe(job.quote!.requests.reduce((sum, { requests }) => sum + requests, 0));
    // All of it is there now.
    expect((await plan(order)).body.quote).toMatchObject({ chunks: 0, rows: 0, requests: [] });
  });

  it('of a schedule has none', async () => {
    await at.host.services.jobs.create({
      source: 'klines',
      sources: ['klines_spot'],
      symbols: ['BTCUSDT'],
      skipped: [],
      timeframe: '1m',
      from: 0,
      to: 60_000,
      alsoRequested: false,
    });
    const { body } = await at.ask<JobSummary[]>('/backfill/jobs');
    const job = await at.ask<{ quote: unknown }>(`/backfill/jobs/${body[0]!.id}`);
    expect(job.body.quote).toBeNull();
  });
});

it('the command line shows the quote', async () => {
  const args = ['--symbols', 'BTCUSDT', '--from', '2024-01-01', '--to', '2024-03-01'];
  const api = `http://127.0.0.1:${at.host.ports.jobs}`;
  const planned = await gordon(['backfill', 'klines_spot', 'plan', ...args], { api });
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toContain('1 series, 2 chunks, about 86,400 rows');
  expect(planned.stdout).toMatch(/binance-archive +4 +4 +none published/);
  expect(planned.stdout).toMatch(/on AWS about \$0\.\d+ in/);
  const json = await gordon(['backfill', 'klines_spot', 'plan', ...args, '--json'], { api });
  expect(JSON.parse(json.stdout)).toMatchObject({ quote: { rows: 86_400 } });
});

it('the quote assumes as many fetchers as the state machine runs', () => {
  const definition = readFileSync('statemachines/backfill.asl.json', 'utf8');
  expect(JSON.parse(definition).States.FetchChunks.MaxConcurrency).toBe(LANES);
});
