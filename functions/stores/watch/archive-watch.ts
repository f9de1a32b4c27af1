import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { ArchiveWatch, WatchedObject } from '../../core/verify/archive-watch.ts';
import type { StoreOptions } from '../ledger/series-store.ts';
import { guarded, type Runner, type Sql } from '../postgres/postgres.ts';
import { renew } from './restatement.ts';

const ofSeries = (sql: Runner, s: Series) =>
  sql`source = ${s.source} and symbol = ${s.symbol} and timeframe = ${s.timeframe}`;

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
      guarded(seriesLabel(series), async () => {
        const rows = await sql<(Omit<WatchedObject, 'spans'> & { readonly spans: [number, number][] })[]>`
          select object, sha256, (extract(epoch from min(fetched_at)) * 1000)::float8 as "fetchedAt",
            (select jsonb_agg(jsonb_build_array(extract(epoch from lower(r)) * 1000, extract(epoch from upper(r)) * 1000)
              order by r) from unnest(range_agg(span)) r) as spans
          from market_data.coverage
          where ${ofSeries(sql, series)} and state = 'have' and sha256 is not null
          group by object, sha256 order by object`;
        return rows.map(({ spans, ...held }) => ({
          ...held,
          spans: spans.map(([start, end]) => ({ start, end })),
        }));
      }),

    renew: (series, restatement) =>
      guarded(seriesLabel(series), async () => {
        await sql.begin((tx) => renew(tx, series, restatement, tables(series.source), clock()));
      }),

    watched: (series) =>
      guarded(seriesLabel(series), async () => {
        await sql`update market_data.series set archives_watched_at = ${new Date(clock())} where ${ofSeries(sql, series)}`;
      }),
  };
}
