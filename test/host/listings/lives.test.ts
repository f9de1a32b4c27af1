import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandler as createRefresh } from '../../../functions/schedules/refresh.ts';
import { createHandler } from '../../../functions/schedules/watch-instruments.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** Symbols that ended, came back, or left their ticker to others, through API, state machine, database and report. */
let now = Date.parse('2023-02-20T12:00Z');
let at: TestHost;
beforeAll(async () => {
  at = await startTestHost({ clock: () => now }, () => now);
});
afterAll(() => at?.[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const refresh = async () =>
  (await createRefresh(async () => at.host.services)({}, {} as Context)) as { started: string[] };
const watch = async () => createHandler(async () => at.host.services)({}, {} as Context);
const run = async (symbol: string, from: string, to: string, source = 'klines_spot') => {
  const { id } = await at.order({ source, symbols: [symbol], timeframe: '1h', from, to });
  return at.wait(id);
};
interface ReportRow {
  timeframe: string;
  rows: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (symbol: string) =>
  (await at.ask<ReportRow[]>(`/backfill/report?symbol=${symbol}`)).body.find(
    ({ timeframe }) => timeframe === '1h',
  )!;
const lives = async (symbol: string) =>
  (await at.sql`select lives::text as lives from market_data.series where symbol = ${symbol}`)[0]?.lives;
/** Rows of a time without trade, as the findings say. */
const afterEnd = async (source: string) =>
  (
    await at.sql`
      select min(time) as since, max(until) as until, sum((detail->>'rows')::int)::int as rows, max(detail->>'ended') as ended
      from market_data.findings where source = ${source} and kind = 'after-end'`
  )[0];
const hours = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / HOUR;

describe('a perpetual whose archive goes on after its end', () => {
  it('has all rows of the archive, and a finding says which nobody traded', async () => {
    const job = await run('FROZENUSDT', '2022-08-01', '2023-01-01', 'klines_perp');
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    expect(job.rows_fetched).toBe(hours('2022-08-01T00:00Z', '2023-01-01T00:00Z'));
    expect(await lives('FROZENUSDT')).toContain('2022-09-15 09:00:00+00');
    expect(await afterEnd('klines_perp')).toEqual({
      since: new Date('2022-09-15T09:00Z'),
      until: new Date('2023-01-01T00:00Z'),
      rows: hours('2022-09-15T09:00Z', '2023-01-01T00:00Z'),
      ended: '2022-09-15T09:00:00Z',
    });
  });
});

describe('a perpetual of which REST goes on too', () => {
  it('has ended with its last trade, because the list says that it does not trade', async () => {
    const open = Date.parse('2023-02-20T08:00Z');
    const candle = [open, '1', '1', '1', '1', '0', open + 4 * HOUR - 1, '0', 0, '0', '0', '0'];
    const frozen = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body: JSON.stringify([candle]),
      venue: 'binance-usdm',
      match: 'klines?symbol=FROZENUSDT&interval=4h&limit=1',
    });
    const order = { source: 'klines_perp', symbols: ['FROZENUSDT'], timeframe: '4h' };
    const job = await at.wait((await at.order({ ...order, from: '2022-09-01', to: '2022-10-01' })).id);
    expect([frozen.hits, job.status]).toEqual([1, 'succeeded']);
    frozen.remove();
    const [life] = await at.sql`
      select delisted_at from market_data.series where symbol = 'FROZENUSDT' and timeframe = '4h'`;
    expect(life).toEqual({ delisted_at: new Date('2022-09-15T12:00Z') });
  });
});

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
    // With the two series of the perpetual from before.
    expect(await watch()).toMatchObject({ lives: 3 });
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
    // To the candle: of the archive's files the last one before the silence and the first one after it were read.
    expect(await lives('BACKUSDC')).toBe(
      '{["2021-12-15 03:00:00+00","2022-09-29 03:00:00+00"),["2023-03-12 10:00:00+00",)}',
    );
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
  it('ended with its last trade, however long the archive goes on', async () => {
    const job = await run('FROZENUSDT', '2022-09-01', '2022-12-01', 'funding_binance');
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const [life] = await at.sql`
      select lives::text as lives from market_data.series where source = 'funding_binance' and symbol = 'FROZENUSDT'`;
    expect(life!.lives).toMatch(/^\{\["2022-03-01 .*","2022-09-15 09:00:00\+00"\)\}$/);
    expect(await afterEnd('funding_binance')).toEqual({
      since: new Date('2022-09-15T16:00Z'),
      until: new Date('2022-11-30T17:00Z'),
      rows: 1 + 3 * 76,
      ended: '2022-09-15T09:00:00Z',
    });
  });

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

describe('symbols that are followed while one is delisted and another one suspended', () => {
  const reported = async (symbol: string) => {
    const { body } = await at.ask<ReportRow[]>(`/backfill/report?symbol=${symbol}`);
    return body.find(({ timeframe }) => timeframe === '4h')!;
  };

  it('have all rows up to the end and since the comeback, and the silence is not a gap', async () => {
    now = Date.parse('2023-07-05T12:30Z');
    const { id } = await at.order({
      source: 'klines_spot',
      symbols: ['LEAVINGUSDC', 'PAUSEDUSDC'],
      timeframe: '4h',
      from: '2023-05-01',
    });
    expect(await at.wait(id)).toMatchObject({ status: 'succeeded', failures: [] });
    const silences: string[] = [];
    for (const day of ['06', '08', '12', '20']) {
      now = Date.parse(`2023-07-${day}T12:30Z`);
      await watch();
      for (const job of (await refresh()).started) await at.wait(job);
      const { empty } = await reported('PAUSEDUSDC');
      silences.push(empty.map(({ from, reason }) => `${reason} ${from}`).join());
    }
    // As long as it was away nobody could know of a comeback; what was proven then was requested again.
    expect(silences.slice(2)).toEqual(['delisted 2023-07-06T08:00:00Z', 'delisted 2023-07-06T08:00:00Z']);
    const paused = await reported('PAUSEDUSDC');
    expect(paused).toMatchObject({ gaps: [], empty: [{ to: '2023-07-13T08:00:00Z' }] });
    expect(paused.rows).toBe(
      (hours('2023-05-01T00:00Z', '2023-07-06T08:00Z') + hours('2023-07-13T08:00Z', '2023-07-20T12:00Z')) / 4,
    );
    const left = await reported('LEAVINGUSDC');
    expect(left.gaps).toEqual([]);
    expect(left.rows).toBe(hours('2023-05-10T08:00Z', '2023-07-08T04:00Z') / 4);
    expect(left.empty.map(({ from, reason }) => [from, reason])).toEqual([
      ['2023-05-01T00:00:00Z', 'pre-listing'],
      ['2023-07-08T04:00:00Z', 'delisted'],
    ]);
  });
});

describe('a certificate', () => {
  it('is not identical as long as what was proven empty rests on an old look at the lives', async () => {
    const body = JSON.stringify({
      source: 'klines_spot',
      symbol: 'LEAVINGUSDC',
      timeframe: '4h',
      from: '2023-05-01',
      to: '2023-06-01',
    });
    const verify = async () => (await at.ask('/backfill/verify', { method: 'POST', body })).body;
    const proof = { from: '2023-05-01T00:00:00Z', to: '2023-05-10T08:00:00Z', reason: 'pre-listing' };
    expect(await verify()).toMatchObject({ verdict: 'identical', identical: true, outdated: [] });
    now += 8 * 24 * HOUR;
    expect(await verify()).toMatchObject({ verdict: 'outdated', identical: false, outdated: [proof] });
    await watch();
    expect(await verify()).toMatchObject({ verdict: 'identical', identical: true, outdated: [] });
  });
});

describe('a symbol of a venue without an archive', () => {
  const order = { source: 'candles', symbols: ['GONEUSDT'], timeframe: '1h' };

  it('that the venue forgot leaves gaps with that as their cause, and no proof', async () => {
    const after = now;
    now = Date.parse('2023-06-20T12:00Z');
    const known = await at.order({ ...order, from: '2023-06-01', to: '2023-06-05' });
    expect(await at.wait(known.id)).toMatchObject({ status: 'succeeded', rows_fetched: 4 * 24 });
    now = after;
    const job = await at.wait((await at.order({ ...order, from: '2023-06-01', to: '2023-06-10' })).id);
    expect(job).toMatchObject({ status: 'completed_with_gaps' });
    const { rows, gaps, empty } = await report('GONEUSDT');
    expect([rows, gaps, empty]).toEqual([
      4 * 24,
      [
        expect.objectContaining({
          from: '2023-06-05T00:00:00Z',
          to: '2023-06-10T00:00:00Z',
          cause: 'source-error',
          error: expect.stringContaining('does not know this symbol any more'),
        }),
      ],
      [],
    ]);
  });

  it('that it never knew is refused with how symbols are written', async () => {
    const body = JSON.stringify({ ...order, symbols: ['NEVERUSDT'] });
    expect(await at.ask('/backfill', { method: 'POST', body })).toMatchObject({
      status: 422,
      body: { code: 'unknown-symbol', remedy: expect.stringContaining('BTCUSDT') },
    });
  });
});

describe('a symbol whose candles are served while its state is refused', () => {
  it.each([
    ['as unknown, has ended', '{"code":-1121,"msg":"Invalid symbol."}', '1h', 'delisted'],
    [
      'for another reason, is loaded too, and no end is proven',
      '{"code":-1100,"msg":"Illegal characters."}',
      '2h',
      'venue-outage',
    ],
  ])('%s', async (_what, body, timeframe, reason) => {
    const refusal = at.venues.faults.add({
      kind: 'status',
      status: 400,
      body,
      venue: 'binance-spot',
      match: 'exchangeInfo?symbol=LEAVINGUSDC',
    });
    const order = { source: 'klines_spot', symbols: ['LEAVINGUSDC'], timeframe };
    const job = await at.wait((await at.order({ ...order, from: '2023-07-01', to: '2023-07-15' })).id);
    refusal.remove();
    expect(refusal.hits).toBeGreaterThan(0);
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const { body: rows } = await at.ask<ReportRow[]>('/backfill/report?symbol=LEAVINGUSDC');
    expect(rows.find((row) => row.timeframe === timeframe)).toMatchObject({ gaps: [], empty: [{ reason }] });
  });
});
