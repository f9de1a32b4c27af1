import type { SeriesCatalog } from '../core/ports.ts';
import { type Series, seriesLabel } from '../core/series.ts';
import { DAY } from '../core/time.ts';
import { missingOf, requestedOf, toMultirange } from './ledger.ts';
import { type Sql, storeError } from './postgres.ts';
import { reconcile } from './reconcile.ts';
import { report } from './report.ts';
import type { StoreOptions } from './series-store.ts';

/** A request that ends so near to now is one for all that comes; a day's row is final some hours after its day. */
const PRESENT = 2 * DAY;

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
          insert into market_data.series as s (source, symbol, timeframe, requested, followed)
          values (${series.source}, ${series.symbol}, ${series.timeframe}, ${toMultirange([range])}::tstzmultirange,
            ${range.end > clock() - PRESENT})
          on conflict (source, symbol, timeframe) do update
            set requested = s.requested + excluded.requested, followed = s.followed or excluded.followed`;
      }),

    requested: (series) => guarded(series, () => requestedOf(sql, series)),

    missing: (series, requested) => guarded(series, () => missingOf(sql, series, requested, clock())),

    reconcile: (series, range) =>
      guarded(series, () => reconcile(sql, tables(series.source), series, range, clock())),

    audited: (series) =>
      guarded(series, async () => {
        await sql`
          update market_data.series set audited_at = ${new Date(clock())}
          where source = ${series.source} and symbol = ${series.symbol} and timeframe = ${series.timeframe}`;
      }),

    report: async (filter) => {
      try {
        return await report(sql, tables, filter);
      } catch (error) {
        throw storeError(error, 'report');
      }
    },
  };
}
