import type { SeriesCatalog } from '../core/ports.ts';
import { type Series, seriesLabel } from '../core/series.ts';
import { missingOf, requestedOf, toMultirange } from './ledger.ts';
import { type Sql, storeError } from './postgres.ts';
import { reconcile } from './reconcile.ts';
import { report } from './report.ts';
import type { StoreOptions } from './series-store.ts';

/** The catalogue of series in PostgreSQL. Throws as the series store does; `report` works for a session that only reads. */
export function createSeriesCatalog(sql: Sql, { tables, clock }: StoreOptions): SeriesCatalog {
  const guarded = async <T>(series: Series, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeError(error, seriesLabel(series));
    }
  };
  return {
    request: (series, range) =>
      guarded(series, async () => {
        await sql`
          insert into market_data.series as s (source, symbol, timeframe, requested)
          values (${series.source}, ${series.symbol}, ${series.timeframe}, ${toMultirange([range])}::tstzmultirange)
          on conflict (source, symbol, timeframe) do update set requested = s.requested + excluded.requested`;
      }),

    requested: (series) => guarded(series, () => requestedOf(sql, series)),

    missing: (series, requested) => guarded(series, () => missingOf(sql, series, requested, clock())),

    reconcile: (series, range) =>
      guarded(series, () => reconcile(sql, tables(series.source), series, range, clock())),

    report: async (filter) => {
      try {
        return await report(sql, tables, filter);
      } catch (error) {
        throw storeError(error, 'report');
      }
    },
  };
}
