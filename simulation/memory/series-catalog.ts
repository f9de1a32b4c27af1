import type { SeriesCatalog } from '../../functions/core/ports.ts';
import { seriesLabel } from '../../functions/core/series.ts';
import type { Clock } from '../../functions/core/time.ts';
import { missingIn } from './ledger.ts';
import { reconcile } from './reconcile.ts';
import { report } from './report.ts';
import { endWithdrawn, request, settleRequests, unfollow, withdraw } from './requests.ts';
import { atOnce, type Step } from './step.ts';
import type { MemoryWarehouse } from './warehouse.ts';

/** The catalogue of series in memory. Each call is one transaction. */
export function createMemorySeriesCatalog(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): SeriesCatalog {
  return {
    async request(series, range, by) {
      await step(`request ${seriesLabel(series)}`);
      request(warehouse.book(series), range, clock(), by);
    },

    async unfollow(series) {
      await step(`unfollow ${seriesLabel(series)}`);
      unfollow(warehouse.book(series), clock());
    },

    async withdraw(jobId) {
      await step(`withdraw ${jobId}`);
      withdraw(warehouse, jobId);
    },

    async settle(jobId, status) {
      await step(`settle ${jobId}`);
      if (status === 'cancelled') endWithdrawn(warehouse, jobId);
      else settleRequests(warehouse, jobId, clock());
    },

    async requested(series) {
      await step(`requested of ${seriesLabel(series)}`);
      return warehouse.book(series).record?.requested ?? [];
    },

    async missing(series, requested) {
      await step(`missing of ${seriesLabel(series)}`);
      return missingIn(warehouse.book(series), requested, clock());
    },

    async reconcile(series, range) {
      await step(`reconcile ${seriesLabel(series)}`);
      return reconcile(warehouse, warehouse.book(series), range, clock());
    },

    async audited(series) {
      await step(`audited ${seriesLabel(series)}`);
      const book = warehouse.book(series);
      if (book.record) book.record = { ...book.record, auditedAt: clock() };
    },

    async report(filter) {
      await step('report');
      return report(warehouse, filter);
    },
  };
}
