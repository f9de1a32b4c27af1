import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { JobSummary } from '../../functions/core/api/jobs/schemas.ts';
import type { Answer as ReplyOf } from '../../functions/core/api/operations.ts';
import { until } from '../helpers/until.ts';
import { type HostFacts, HostUnderTest } from './host-under-test.ts';

export interface ConformanceOptions {
  start(): Promise<HostFacts>;
  /** until it runs */
  readonly startMs: number;
  /** for one test; the longest period of a schedule comes on top */
  readonly testMs: number;
  /** how long until the schedule `refresh` has run */
  readonly refreshMs: number;
}

interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * What every host of the program does alike, observed through its HTTP API and its warehouse. Chunks are few and
 * large, for an emulator runs six items of a map a second. Jobs of the schedule may run at any time between the tests'
 * own: each test has symbols and months, and faults that strike these alone.
 */
export function conformance(name: string, options: ConformanceOptions): void {
  describe(name, { timeout: options.testMs }, () => {
    let at: HostUnderTest;
    beforeAll(async () => {
      at = new HostUnderTest(await options.start());
    }, options.startMs);
    afterEach(() => at?.mendAll());
    afterAll(() => at?.facts.close(), options.startMs);

    const needsSimulator = ({ skip }: TestContext) => {
      if (!at.facts.venuesUrl) skip('the venues are real: nobody can make them fail');
    };
    const rowsOf = async (table: string, symbol: string, from: string, to: string): Promise<number> => {
      const { sql } = at.facts;
      const [row] = await sql`
        select count(*)::int as n from market_data.${sql(table)}
        where symbol = ${symbol} and timeframe = '1m' and open_time >= ${from} and open_time < ${to}`;
      return row!.n;
    };

    it('is healthy, and says whether its venues are simulated', async () => {
      const { status, body } = await at.ask('/healthz');
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { status: 'ok', checks: { database: { ok: true }, job_table: { ok: true } } },
      });
      expect(body).toMatchObject({ simulated: at.facts.simulated });
    });

    it('refuses what cannot be', async () => {
      const answers = [
        at.ask('/backfill', { method: 'POST', body: '{"source":' }),
        at.ask('/backfill', { method: 'POST', body: '{"source":"klines","unknown":1}' }),
        at.ask('/backfill', { method: 'POST', body: '{"source":"gold"}' }),
        at.ask('/backfill', { method: 'POST', body: '{"source":"klines","symbols":["NOSUCHUSDT"]}' }),
        at.ask('/backfill/jobs/01JD0000000000000000000000'),
      ];
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([400, 400, 400, 422, 404]);
    });

    it('accepts an order, lists it, reports its progress and has the right rows in the end', async () => {
      const [from, to, minutes] = ['2025-02-01', '2025-03-01', 28 * 1_440] as const;
      const slow =
        at.facts.venuesUrl && (await at.fault({ kind: 'delay', ms: 3_000, match: 'ETHUSDT-1m-2025-02' }));
      const order = { source: 'klines', symbols: ['BTCUSDT', 'ETHUSDT'], from, to };
      const { id } = await at.order(order, { 'Idempotency-Key': 'main' });
      expect((await at.order(order, { 'Idempotency-Key': 'main' })).id).toBe(id);
      if (slow) {
        const half = await at.wait(id, (job) => job.progress > 0 && job.progress < 1);
        expect(half).toMatchObject({ status: 'running', wave: 1 });
        expect(half.chunks.map(({ chunk }) => chunk).sort()).toEqual([
          'klines_perp BTCUSDT 1m 2025-02',
          'klines_perp ETHUSDT 1m 2025-02',
          'klines_spot BTCUSDT 1m 2025-02',
          'klines_spot ETHUSDT 1m 2025-02',
        ]);
        const listed = (await at.ask<JobSummary[]>('/backfill/jobs')).body.find((job) => job.id === id);
        expect(listed).toMatchObject({ source: 'klines', status: 'running' });
        await slow.mend();
      }
      const done = await at.wait(id);
      expect(done).toMatchObject({
        status: 'succeeded',
        progress: 1,
        failures: [],
        rows_fetched: 4 * minutes,
      });
      for (const symbol of order.symbols) {
        expect(await rowsOf('spot_klines', symbol, from, to)).toBe(minutes);
        expect(await rowsOf('perp_klines', symbol, from, to)).toBe(minutes);
      }
      const report = await at.ask<{ gaps: Span[] }[]>('/backfill/report?symbol=ETHUSDT');
      // A job of the schedule may be fetching today: that is a gap, and not this order's.
      const ordered = ({ from: start }: Span) => Date.parse(start) < Date.parse(to);
      expect(report.body.map(({ gaps }) => gaps.filter(ordered))).toEqual([[], []]);
    });

    it('has stored the values that the venue serves', async (context) => {
      needsSimulator(context);
      const [start, end] = ['2025-02-10T00:00:00Z', '2025-02-11T00:00:00Z'];
      const stored = await at.facts.sql`
        select extract(epoch from open_time) * 1000 as time, open, high, low, close, volume, quote_volume, trades,
               taker_buy_volume, taker_buy_quote_volume
        from market_data.perp_klines
        where symbol = 'ETHUSDT' and timeframe = '1m' and open_time >= ${start} and open_time < ${end} order by open_time`;
      const truth = await at.truth({ market: 'um', symbol: 'ETHUSDT', timeframe: '1m', start, end });
      const numbers = truth.map((row) => [0, 1, 2, 3, 4, 5, 7, 8, 9, 10].map((i) => Number(row[i])));
      expect(numbers).toHaveLength(1_440);
      expect(stored.map((row) => Object.values(row).map(Number))).toEqual(numbers);
    });

    it('gives all rows of a range as a file, itself or from where it sends to', async () => {
      const query = 'symbol=BTCUSDT&from=2025-02-01&to=2025-03-01&columns=open_time,close&format=parquet';
      let path = `/data/spot_klines?${query}`;
      let response = await at.facts.fetch(path, { redirect: 'manual' });
      for (; response.status === 202; response = await at.facts.fetch(path, { redirect: 'manual' })) {
        path = `/data/spot_klines${response.headers.get('location')}`;
        await sleep(Number(response.headers.get('retry-after')) * 1_000);
      }
      const file = response.status === 303 ? await fetch(response.headers.get('location')!) : response;
      expect([file.status, file.headers.get('content-type')]).toEqual([
        200,
        'application/vnd.apache.parquet',
      ]);
      const rows = await parquetReadObjects({
        file: await file.arrayBuffer(),
        compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
      });
      const [{ sum }] = (await at.facts.sql`
        select sum(close) from market_data.spot_klines
        where symbol = 'BTCUSDT' and timeframe = '1m' and open_time >= '2025-02-01' and open_time < '2025-03-01'`) as never as [
        { sum: number },
      ];
      expect(rows).toHaveLength(28 * 1_440);
      expect(rows.reduce((all, { close }) => all + (close as number), 0)).toBeCloseTo(sum, 3);
    });

    it('cancels a job mid-way, keeps its rows, and the next one fetches the rest', async (context) => {
      needsSimulator(context);
      const [from, to, minutes] = ['2025-01-01', '2025-01-06', 5 * 1_440] as const;
      const order = { source: 'klines_spot', symbols: ['SOLUSDT'], from, to };
      await at.fault({ kind: 'not-found', match: 'SOLUSDT-1m-2025-01' });
      const slow = await at.fault({ kind: 'delay', ms: 700, match: '/api/v3/klines?symbol=SOLUSDT' });
      const { id } = await at.order(order);
      await at.wait(id, (job) => job.rows_fetched > 0);
      const answer = await at.ask(`/backfill/jobs/${id}`, { method: 'DELETE' });
      expect(answer).toEqual({ status: 200, body: { status: 'cancelled' } });
      const cancelled = await at.look(id, (job) => job.chunks.every(({ state }) => state === 'cancelled'));
      expect(cancelled.status).toBe('cancelled');
      const kept = await rowsOf('spot_klines', 'SOLUSDT', from, to);
      expect(cancelled.rows_fetched).toBe(kept);
      expect(kept).toBeGreaterThan(0);
      expect(kept).toBeLessThan(minutes);
      await slow.mend();
      const rest = await at.wait((await at.order(order)).id);
      expect(rest).toMatchObject({ status: 'succeeded', rows_fetched: minutes - kept });
      expect(await rowsOf('spot_klines', 'SOLUSDT', from, to)).toBe(minutes);
    });

    it('plans a chunk again that failed, and the job is complete', async (context) => {
      needsSimulator(context);
      const [from, to, minutes] = ['2025-01-01', '2025-01-06', 5 * 1_440] as const;
      await at.fault({ kind: 'not-found', match: 'XRPUSDT-1m-2025-01' });
      const broken = await at.fault({ kind: 'status', status: 500, match: '/api/v3/klines?symbol=XRPUSDT' });
      const { id } = await at.order({ source: 'klines_spot', symbols: ['BNBUSDT', 'XRPUSDT'], from, to });
      // Only a chunk that was given up in the first wave comes to a second; the state's retries are in the same wave.
      await at.wait(id, (job) => job.wave === 2);
      await broken.mend();
      const done = await at.wait(id);
      expect(done).toMatchObject({ status: 'succeeded', rows_fetched: 2 * minutes, failures: [] });
      const waves = Object.fromEntries(done.chunks.map(({ chunk, wave }) => [chunk, wave]));
      expect(waves).toEqual({ 'klines_spot BNBUSDT 1m 2025-01': 1, 'klines_spot XRPUSDT 1m 2025-01': 2 });
      expect(await rowsOf('spot_klines', 'XRPUSDT', from, to)).toBe(minutes);
      // Whichever process saw the venue fail, the page of health has it.
      const { errors, budgets } = (await at.ask<ReplyOf<'history'>>('/backfill/history')).body;
      expect(errors).toContainEqual(expect.objectContaining({ venue: 'binance', outcome: 'broken' }));
      const spot = budgets.find(({ family }) => family === 'binance-spot');
      expect(spot!.minutes.some(({ used }) => used > 0)).toBe(true);
    });

    /** Whoever only reads goes on after a rotation: a connection that was cut costs one answer, which says so. */
    const readAgain = async (): Promise<void> => {
      let status = 503;
      const reads = async () => {
        ({ status } = await at.ask<object[]>('/backfill/report?symbol=ETHUSDT'));
        return status !== 503;
      };
      await until('a reader is served again', reads, at.facts.pollMs);
      expect(status).toBe(200);
    };

    /** An order of several symbols, whose logins are rotated twice while it is at work; and what it left. */
    const orderThroughRotations = async (from: string, to: string, minutes: number): Promise<void> => {
      const { sql, logins } = at.facts;
      const symbols = ['ETHUSDT', 'SOLUSDT', 'XRPUSDT'];
      await at.fault({ kind: 'not-found', match: `-1m-${from.slice(0, 7)}` });
      const slow = await at.fault({ kind: 'delay', ms: 700, match: '/api/v3/klines?symbol=' });
      const { id } = await at.order({ source: 'klines_spot', symbols, from, to });
      let rows = 0;
      for (let rotations = 0; rotations < 2; rotations++) {
        rows = (await at.wait(id, (job) => job.rows_fetched > rows)).rows_fetched;
        await logins!.rotate();
        await readAgain();
      }
      await at.wait(id, (job) => job.rows_fetched > rows);
      await slow.mend();
      const done = await at.wait(id);
      expect(done).toMatchObject({
        status: 'succeeded',
        failures: [],
        rows_fetched: symbols.length * minutes,
      });
      const left = await sql`
        select symbol, count(*)::int as n, count(distinct open_time)::int as times
        from market_data.spot_klines
        where symbol in ${sql(symbols)} and timeframe = '1m' and open_time >= ${from} and open_time < ${to}
        group by symbol order by symbol`;
      expect([...left]).toEqual(symbols.map((symbol) => ({ symbol, n: minutes, times: minutes })));
      const [ledger] = await sql`
        select sum(rows)::int as rows from market_data.coverage where job_id = ${id} and state = 'have'`;
      expect(ledger).toEqual({ rows: symbols.length * minutes });
      expect(Math.min(...Object.values(await logins!.sessions()))).toBeGreaterThan(0);
    };

    it('brings an order to its end whose logins are rotated twice meanwhile', async (context) => {
      needsSimulator(context);
      if (!at.facts.logins) context.skip('nobody here may change the passwords of its logins');
      await orderThroughRotations('2022-06-01', '2022-06-09', 8 * 1_440);
    });

    it('does the same behind a pooler that lends connections by the transaction', async (context) => {
      needsSimulator(context);
      if (!at.facts.throughPooler) context.skip('no pooler is in front of this database');
      const pooler = await at.facts.throughPooler!();
      await readAgain();
      await orderThroughRotations('2022-09-01', '2022-09-09', 8 * 1_440);
      expect(pooler.statements()).toBeGreaterThan(100);
      // Nothing is left to a session: RDS Proxy would bind its connection to this client.
      expect(pooler.faults()).toEqual([]);
      await pooler.leave();
      await readAgain();
    });

    it('ends a job as cancelled whose execution was stopped from outside', async (context) => {
      needsSimulator(context);
      const order = { source: 'klines_perp', symbols: ['SOLUSDT'], from: '2024-12-01', to: '2025-02-01' };
      await at.fault({ kind: 'delay', ms: 5_000, match: 'um/monthly/klines/SOLUSDT/1m/SOLUSDT-1m-202' });
      const { id } = await at.order(order);
      await at.wait(id, (job) => job.status === 'running' && job.chunks.length > 0);
      await at.stopExecution(id, 'stopped by hand');
      const ended = await at.wait(id);
      expect(ended.status).toBe('cancelled');
      // Not every host passes the cause on.
      expect(ended.reason).toMatch(/^its execution was stopped/);
    });

    it('refreshes what is known by schedule', { timeout: options.refreshMs + options.testMs }, async () => {
      const clock = at.facts.clock ?? Date.now;
      const since = clock();
      const ours = async () =>
        (await at.ask<JobSummary[]>('/backfill/jobs?status=succeeded&limit=100')).body.find(
          (job) => job.source === 'klines' && Date.parse(job.created_at) >= since,
        );
      let refreshed = await ours();
      while (!refreshed) {
        await sleep(at.facts.pollMs);
        refreshed = await ours();
      }
      const [newest] = await at.facts.sql`
        select max(open_time) as time from market_data.spot_klines where symbol = 'BTCUSDT' and timeframe = '1m'`;
      expect(newest!.time.getTime()).toBeGreaterThan(since - 5 * 60_000);
    });
  });
}
