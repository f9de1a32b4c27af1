import { seriesLabel } from '../../../functions/core/series/series.ts';
import { normalize } from '../../../functions/core/time/range.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import type { HistoryWatch } from '../../../functions/core/verify/history-watch.ts';
import type { MemoryWarehouse, Span } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';
import { changeRecord, oldestFirst } from './archive-watch.ts';
import { renew } from './restatement.ts';

const isAnswered = ({ state, sha256 }: Span): boolean => state === 'have' && sha256 === null;

export function createMemoryHistoryWatch(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): HistoryWatch {
  return {
    async due(sources, before, limit) {
      if (sources.length === 0) return [];
      await step('histories that are due');
      const books = warehouse.books().filter(({ series, record, spans }) => {
        const { historiesWatchedAt = Number.NEGATIVE_INFINITY } = record ?? {};
        return (
          record && sources.includes(series.source) && historiesWatchedAt < before && spans.some(isAnswered)
        );
      });
      return oldestFirst(books, ({ historiesWatchedAt }) => historiesWatchedAt)
        .slice(0, limit)
        .map(({ series, record }) => ({ series, turn: record?.historyTurns ?? 0 }));
    },

    async answered(series) {
      await step(`answered of ${seriesLabel(series)}`);
      return normalize(warehouse.book(series).spans.filter(isAnswered));
    },

    async restate(series, restatement) {
      const now = clock();
      await step(`restate ${seriesLabel(series)}`);
      const entered = renew(warehouse, warehouse.book(series), restatement, now);
      warehouse.flush();
      return entered;
    },

    async watched(series, compared) {
      const now = clock();
      await step(`history of ${seriesLabel(series)} watched`);
      changeRecord(warehouse, series, ({ historyTurns = 0 }) => ({
        historiesWatchedAt: now,
        historyTurns: historyTurns + (compared ? 1 : 0),
      }));
    },
  };
}
