import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TAKEN } from '../../bench/scale/model/assumptions.ts';
import { USUAL } from '../../bench/scale/model/setup.ts';
import { simulate } from '../../bench/scale/model/simulate.ts';
import { buildWorkload } from '../../bench/scale/model/workload.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';
import { createSeriesStore } from '../../functions/stores/ledger/series-store.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { startTestHost, type TestHost } from '../helpers/host.ts';

const NOW = Date.UTC(2025, 9, 15, 13);
/** The newest minute is not final yet. */
const TO = NOW - HOUR;
const BY = { jobId: '0'.repeat(26), chunk: 'none' };
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
let on: TestHost;

beforeAll(async () => {
  on = await startTestHost({ clock: () => NOW }, () => NOW);
});
afterAll(async () => {
  await on[Symbol.asyncDispose]();
});

/** Runs an order on the embedded host and in the model. */
async function both(timeframe: Timeframe, from: number) {
  const body = { source: 'klines_spot', symbols: SYMBOLS, timeframe };
  const checkpoints = vi.spyOn(on.host.services.jobs, 'checkpoint');
  const { id } = await on.order({ ...body, from: new Date(from), to: new Date(TO) });
  const job = await on.wait(id);
  const written = checkpoints.mock.calls.filter(([jobId]) => jobId === id).map(([, label]) => label);
  checkpoints.mockRestore();
  const order = { source: klines_spot, timeframe, range: { start: from, end: TO }, now: NOW } as const;
  const workload = buildWorkload({ ...order, symbols: SYMBOLS.length, symbolsPerOrder: SYMBOLS.length });
  return { job, written, model: simulate(workload, USUAL) };
}

describe('the model and the embedded host', () => {
  it('agree on chunks, waves, requests and rows of minutes of two months and of parts of two', async () => {
    const { job, model, written } = await both('1m', Date.UTC(2025, 6, 20));
    expect(job.status).toBe('succeeded');
    expect({ chunks: job.chunks.length, rows: job.rows_fetched, waves: job.wave - 1 }).toEqual({
      chunks: model.chunks,
      rows: model.rows,
      waves: model.waves,
    });
    // An object comes with its checksum.
    expect(job.actual.requests).toBe(2 * model.objects + model.pages);
    // When it starts and when it ends.
    expect(written.filter((label) => label === 'klines_spot BTCUSDT 1m 2025-07')).toHaveLength(2);
  }, 240_000);

  it('agree when there are more chunks than a wave takes', async () => {
    const { job, model } = await both('1d', Date.UTC(2003, 0, 1));
    expect({ status: job.status, waves: job.wave - 1 }).toEqual({ status: 'succeeded', waves: model.waves });
    expect({ chunks: job.chunks.length, waves: model.waves }).toEqual({ chunks: model.chunks, waves: 2 });
  }, 240_000);
});

it('a fetcher has two connections: for single statements, and for its transactions', async () => {
  const sql = connect(on.host.databaseUrl, { role: 'gordon_writer', max: 2, application: 'one fetcher' });
  const store = createSeriesStore(sql, { tables: () => klines_spot.table, clock: () => NOW });
  const series = { source: 'klines_spot', symbol: 'FETCHER', timeframe: '1m' } as const;
  const span = { start: TO - DAY, end: TO };
  const rows = { length: 0, times: new Float64Array(), columns: [] };
  const empty = [{ span, reason: 'zero-trade' as const, evidence: [] }];
  await store.missing(series, span);
  await store.commit([{ series, rows, have: [], empty, findings: [], object: 'nothing' }], BY);
  await store.missing(series, span);
  const open = await on.sql`select 1 from pg_stat_activity where application_name = 'one fetcher'`;
  await sql.end();
  expect(open).toHaveLength(TAKEN.connectionsPerFetcher);
});
