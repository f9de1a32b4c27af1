import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import { expectEqual } from '../../sql/aggregates/candle-model.ts';
import { type CandleHost, startCandleHost } from './candle-host.ts';

/** What `bench/candle-jobs.ts` does with five years, in little: the ends of candle jobs, through all that a job goes through. */
let at: CandleHost;
beforeAll(async () => {
  at = await startCandleHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'XRPUSDT', 'DOGEUSDT', 'SOLUSDT'];
const span = { from: '2024-01-01', to: '2024-02-01' };
const range = { start: Date.parse(span.from), end: Date.parse(span.to) };
const ROWS = 31 * 288;
const order = (symbols: readonly string[]): Promise<JobDetail> =>
  at.order({ source: 'candles', symbols, timeframe: '5m', ...span });
const load = async (symbols: readonly string[]): Promise<JobDetail> => at.wait((await order(symbols)).id);

/** Sums of the simulator's decimals depend on their order in the last place; both sides sum by time. */
const equal = () => expectEqual(at.sql, range);

describe('candle jobs', () => {
  it('of five symbols at once all succeed, each with its rows in every aggregate', async () => {
    const jobs = await Promise.all(SYMBOLS.map((symbol) => load([symbol])));
    expect(jobs.map(({ status, rows_fetched }) => [status, rows_fetched])).toEqual(
      SYMBOLS.map(() => ['succeeded', ROWS]),
    );
    await equal();
  });

  it('that find scattered rows gone in one order of five symbols restore them, and their buckets', async () => {
    const deleted = await at.sql`
      delete from market_data.price_klines where (symbol, "timestamp") in (
        select symbol, "timestamp" from market_data.price_klines order by md5(symbol || "timestamp"::text) limit 60)
      returning 1`;
    await at.host.services.aggregates.refresh([range]);
    await equal();
    expect(await load(SYMBOLS)).toMatchObject({ status: 'succeeded', rows_fetched: deleted.length });
    await equal();
    const [whole] = await at.sql`select sum(count)::int4 as rows from market_data.price_klines_1d`;
    expect(whole).toEqual({ rows: SYMBOLS.length * ROWS });
  });

  it('say which aggregate they are at while somebody else keeps them from it', async () => {
    await at.sql`delete from market_data.price_klines where symbol = 'BTCUSDT' and "timestamp" = '2024-01-05'`;
    const id = await at.sql.begin(async (tx) => {
      await tx`call market_data.refresh_continuous_aggregate('market_data.price_klines_1h', '2020-01-01Z', '2020-01-02Z')`;
      const job = await order(['BTCUSDT']);
      const waiting = await at.wait(job.id, ({ phase }) => phase === 'refreshing aggregates 3 of 6');
      expect(waiting).toMatchObject({
        status: 'running',
        progress: 1,
        seconds_left: null,
        phase_seconds: expect.any(Number),
        finished_at: null,
      });
      return job.id;
    });
    expect(await at.wait(id)).toMatchObject({ status: 'succeeded', phase: null, phase_seconds: null });
    await equal();
  });
});
