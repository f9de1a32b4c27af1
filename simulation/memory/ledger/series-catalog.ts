import type { PurgingCatalog } from '../../../functions/core/ledger/ports.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { atOnce, type Step } from '../step.ts';
import { missingIn } from './ledger.ts';
import { forget, purgeRows } from './purge.ts';
import { reconcile } from './reconcile.ts';
import { recount } from './recount.ts';
import { pacesOf, report, requestedBooks, tails } from './report.ts';
import { endWithdrawn, request, settleRequests, unfollow, withdraw } from './requests.ts';
import { retire, setRetention } from './retention.ts';
import type { MemoryWarehouse } from './warehouse.ts';

/**
 * The series catalogue in memory. Each transaction of the database is one step, and the time is read where the real catalogue reads it:
 * before the first.
 */
export function createMemorySeriesCatalog(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): PurgingCatalog {
  /** A transaction whose commit waits for the disk. */
  const write = async <T>(what: string, work: (now: number) => T): Promise<T> => {
    const now = clock();
    await step(what);
    const result = work(now);
    warehouse.flush();
    return result;
  };
  const read = async <T>(what: string, work: (now: number) => T): Promise<T> => {
    const now = clock();
    await step(what);
    return work(now);
  };
  return {
    request: (series, range, by) =>
      write(`request ${seriesLabel(series)}`, (now) => request(warehouse.book(series), range, now, by)),

    requestAll: (series, range, by) =>
      write(`request ${series.map(seriesLabel).join(', ')}`, (now) => {
        for (const one of series) request(warehouse.book(one), range, now, by);
      }),

    unfollow: (series) =>
      write(`unfollow ${seriesLabel(series)}`, (now) => unfollow(warehouse.book(series), now)),

    purge: (series, forMs) => purgeRows(warehouse, series, clock, step, forMs),

    forget: (series) => write(`forget ${seriesLabel(series)}`, () => forget(warehouse, series)),

    withdraw: (jobId) => write(`withdraw ${jobId}`, () => withdraw(warehouse, jobId)),

    async settle(jobId, status) {
      if (status === 'cancelled') {
        await write(`withdraw ${jobId}`, () => withdraw(warehouse, jobId));
        await write(`settle ${jobId}`, () => endWithdrawn(warehouse, jobId));
        return;
      }
      await read(`settle ${jobId}`, (now) =>
        warehouse.withoutWaiting(now, () => settleRequests(warehouse, jobId, now)),
      );
    },

    requested: (series) =>
      read(`requested of ${seriesLabel(series)}`, () => warehouse.book(series).record?.requested ?? []),

    missing: (series, requested, provenAt) =>
      read(`missing of ${seriesLabel(series)}`, (now) =>
        missingIn(warehouse, warehouse.book(series), requested, now, provenAt),
      ),

    missingOf: (series, requested, provenAt) =>
      read(`missing of ${series.map(seriesLabel).join(', ')}`, (now) =>
        series.map((one) => missingIn(warehouse, warehouse.book(one), requested, now, provenAt)),
      ),

    reconcile: (series, range) => reconcile(warehouse, series, range, clock(), step),

    recount: (budgetMs, filter = {}) => recount(warehouse, clock, step, budgetMs, filter),

    retire: (series) =>
      write(`retire ${seriesLabel(series)}`, (now) => retire(warehouse, warehouse.book(series), now)),

    retention: () => read('retention', () => [...warehouse.retention]),

    setRetention: (source, rule) =>
      write(`set retention of ${source}`, (now) => setRetention(warehouse, source, rule, now)),

    count: (series, range) => read(`count ${seriesLabel(series)}`, () => warehouse.rows.count(series, range)),

    series: (filter) =>
      read('series', () =>
        requestedBooks(warehouse, filter).map(({ series, record }) => {
          return { ...series, requested: record.requested };
        }),
      ),

    audited: (series) =>
      write(`audited ${series.map(seriesLabel).join(', ')}`, (now) => {
        for (const one of series) {
          const book = warehouse.book(one);
          if (book.record) book.record = { ...book.record, auditedAt: now };
        }
      }),

    report: (filter) => report(warehouse, step, filter),

    tails: (lastOf) => tails(warehouse, step, lastOf),

    paces: (source, timeframe) => read(`paces of ${source}`, () => pacesOf(warehouse, source, timeframe)),
  };
}
