import type { SeriesCatalog } from '../../../functions/core/ledger/ports.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { atOnce, type Step } from '../step.ts';
import { missingIn } from './ledger.ts';
import { reconcile } from './reconcile.ts';
import { report, requestedBooks } from './report.ts';
import { endWithdrawn, request, settleRequests, unfollow, withdraw } from './requests.ts';
import { recount, retire, setRetention } from './upkeep.ts';
import type { MemoryWarehouse } from './warehouse.ts';

/** The series catalogue in memory. Each call is one transaction. */
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
      return missingIn(warehouse, warehouse.book(series), requested, clock());
    },

    async reconcile(series, range) {
      await step(`reconcile ${seriesLabel(series)}`);
      return reconcile(warehouse, warehouse.book(series), range, clock());
    },

    async recount(_budgetMs, filter) {
      await step('recount');
      return recount(warehouse, clock(), filter);
    },

    async retire(series) {
      await step(`retire ${seriesLabel(series)}`);
      retire(warehouse, warehouse.book(series), clock());
    },

    async retention() {
      await step('retention');
      return [...warehouse.retention];
    },

    async setRetention(source, rule) {
      await step(`set retention of ${source}`);
      setRetention(warehouse, source, rule, clock());
    },

    async count(series, range) {
      await step(`count ${seriesLabel(series)}`);
      return warehouse.rows.count(series, range);
    },

    async series(filter) {
      await step('series');
      return requestedBooks(warehouse, filter).map(({ series, record }) => {
        return { ...series, requested: record.requested };
      });
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
