import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/handlers/watch-instruments.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** Symbols that ended, came back, or left their ticker to others, through API, state machine, database and report. */
let now = Date.parse('2023-02-20T12:00Z');
let at: TestHost;
beforeAll(async () => {
  at = await startTestHost({ clock: () => now }, () => now);
});
afterAll(() => at?.[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const watch = async () => createHandler(async () => at.host.services)({}, {} as Context);
const run = async (symbol: string, from: string, to: string) => {
  const { id } = await at.order({ source: 'klines_spot', symbols: [symbol], timeframe: '1h', from, to });
  return at.wait(id);
};
interface ReportRow {
  rows: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (symbol: string) =>
  (await at.ask<ReportRow[]>(`/backfill/report?symbol=${symbol}`)).body[0]!;
const lives = async (symbol: string) =>
  (await at.sql`select lives::text as lives from market_data.series where symbol = ${symbol}`)[0]?.lives;
const hours = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / HOUR;

describe('a symbol that was delisted', () => {
  it('ends there, as long as it is away', async () => {
    const job = await run('BACKUSDC', '2022-09-01', '2023-02-20');
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const { rows, empty } = await report('BACKUSDC');
    expect(rows).toBe(hours('2022-09-01T00:00Z', '2022-09-29T03:00Z'));
    expect(empty.map(({ from, reason }) => [from, reason])).toEqual([['2022-09-29T03:00:00Z', 'delisted']]);
    // What an order up to the present proves of the days to come, an older look would have kept for ever.
    expect(await lives('BACKUSDC')).toContain('2022-09-29 03:00:00+00');
  });

  it('and is listed again has two lives, and what the old look proved is requested again', async () => {
    now = Date.parse('2023-06-20T12:00Z');
    // The old proof of the time of the second life, as a job of then would have left it.
    await at.sql`
      insert into market_data.coverage (source, symbol, timeframe, span, state, reason, job_id, chunk, fetched_at)
      values ('klines_spot', 'BACKUSDC', '1h', tstzrange('2023-03-15Z', '2023-03-20Z'), 'empty', 'delisted', 'old', 'old', now())`;
    expect(await watch()).toMatchObject({ lives: 1 });
    const job = await run('BACKUSDC', '2022-09-01', '2023-03-24');
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const { rows, empty, gaps } = await report('BACKUSDC');
    expect(rows).toBe(
      hours('2022-09-01T00:00Z', '2022-09-29T03:00Z') + hours('2023-03-12T10:00Z', '2023-03-24T00:00Z'),
    );
    expect(gaps).toEqual([]);
    expect(empty.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['2022-09-29T03:00:00Z', '2023-03-12T10:00:00Z', 'delisted'],
    ]);
    expect(await lives('BACKUSDC')).toMatch(/^\{\[.*,"?2022-10-01.*\),\["?2023-03-01.*,\)\}$/);
  });
});

describe('a ticker that another contract took', () => {
  it('has the rows of both, the first one from the archive alone', async () => {
    const job = await run('REUSEDUSDC', '2021-07-01', '2022-10-01');
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const { rows, empty, gaps } = await report('REUSEDUSDC');
    expect(rows).toBe(
      hours('2021-08-21T10:00Z', '2022-05-13T03:00Z') + hours('2022-07-31T06:00Z', '2022-10-01T00:00Z'),
    );
    expect(gaps).toEqual([]);
    expect(empty.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['2021-07-01T00:00:00Z', '2021-08-21T10:00:00Z', 'pre-listing'],
      ['2022-05-13T03:00:00Z', '2022-07-31T06:00:00Z', 'delisted'],
    ]);
  });
});

describe('a symbol that REST does not know any more', () => {
  it('is loaded from the archive, from its first row to its last', async () => {
    const job = await run('GONEUSDC', '2023-04-01', '2023-06-15');
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const { rows, empty, gaps } = await report('GONEUSDC');
    expect(rows).toBe(hours('2023-04-10T10:00Z', '2023-05-08T03:00Z'));
    expect(gaps).toEqual([]);
    expect(empty.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['2023-04-01T00:00:00Z', '2023-04-10T10:00:00Z', 'pre-listing'],
      ['2023-05-08T03:00:00Z', '2023-06-15T00:00:00Z', 'delisted'],
    ]);
  });

  it('is refused where the archive does not list it either', async () => {
    const body = JSON.stringify({ source: 'klines_spot', symbols: ['NEVERUSDC'] });
    expect(await at.ask('/backfill', { method: 'POST', body })).toMatchObject({
      status: 422,
      body: { code: 'unknown-symbol' },
    });
  });
});
