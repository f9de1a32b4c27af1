import type { Series } from '../../core/series/series.ts';
import type { ArchiveWatch, WatchedObject } from '../../core/verify/archive-watch.ts';
import type { StoreOptions } from '../ledger/series-store.ts';
import { epochMs, ofSeries, type RangePairs, rangePairs, toRanges } from '../postgres/fragments.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';
import { renew } from './restatement.ts';

/** @param sql a session of `gordon_writer` */
export function createArchiveWatch(sql: Sql, { tables, clock }: StoreOptions): ArchiveWatch {
  return {
    due: (limit) =>
      guarded('archives', async () => [
        ...(await sql<Series[]>`
          select source, symbol, timeframe from market_data.series s
          where exists (select 1 from market_data.coverage c where c.source = s.source and c.symbol = s.symbol
            and c.timeframe = s.timeframe and c.state = 'have' and c.sha256 is not null)
          order by archives_watched_at nulls first, 1, 2, 3 limit ${limit}`),
      ]),

    held: (series) =>
      guarded(series, async () => {
        const rows = await sql<(Omit<WatchedObject, 'spans'> & { readonly spans: RangePairs })[]>`
          select object, sha256, ${epochMs(sql, sql`min(fetched_at)`)} as "fetchedAt",
            ${rangePairs(sql, sql`range_agg(span)`)} as spans
          from market_data.coverage
          where ${ofSeries(sql, series)} and state = 'have' and sha256 is not null
          group by object, sha256 order by object`;
        return rows.map(({ spans, ...held }) => ({ ...held, spans: toRanges(spans) }));
      }),

    renew: (series, restatement) =>
      guarded(series, async () => {
        await sql.begin((tx) => renew(tx, series, restatement, tables(series.source), clock()));
      }),

    watched: (series) =>
      guarded(series, async () => {
        await sql`update market_data.series set archives_watched_at = ${new Date(clock())} where ${ofSeries(sql, series)}`;
      }),
  };
}
