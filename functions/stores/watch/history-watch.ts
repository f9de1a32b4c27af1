import type { Series } from '../../core/series/series.ts';
import type { Range } from '../../core/time/range.ts';
import type { HistoryWatch } from '../../core/verify/history-watch.ts';
import type { StoreOptions } from '../ledger/series-store.ts';
import { bounds, ofSeries } from '../postgres/fragments.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';
import { renew } from './restatement.ts';

/** @param sql a session of `gordon_writer` */
export function createHistoryWatch(sql: Sql, { tables, clock }: StoreOptions): HistoryWatch {
  const isAnswered = () => sql`state = 'have' and sha256 is null`;
  return {
    due: (sources, before, limit) =>
      guarded('histories', async () => {
        if (sources.length === 0) return [];
        const rows = await sql<(Series & { readonly turn: number })[]>`
          select source, symbol, timeframe, history_turns as turn from market_data.series s
          where source in ${sql([...sources])}
            and (histories_watched_at is null or histories_watched_at < ${new Date(before)}) and exists (select 1 from market_data.coverage c
            where c.source = s.source and c.symbol = s.symbol and c.timeframe = s.timeframe and ${isAnswered()})
          order by histories_watched_at nulls first, 1, 2, 3 limit ${limit}`;
        return rows.map(({ turn, ...series }) => ({ series, turn }));
      }),

    answered: (series) =>
      guarded(series, async () => [
        ...(await sql<Range[]>`
          select ${bounds(sql, sql`r`)}
          from (select range_agg(span) as set from market_data.coverage where ${ofSeries(sql, series)} and ${isAnswered()}) all_of_it,
            unnest(set) r order by 1`),
      ]),

    restate: (series, restatement) =>
      guarded(series, () =>
        sql.begin((tx) => renew(tx, series, restatement, tables(series.source), clock())),
      ) as Promise<number>,

    watched: (series, compared) =>
      guarded(series, async () => {
        await sql`
          update market_data.series set histories_watched_at = ${new Date(clock())},
            history_turns = history_turns + ${compared ? 1 : 0}
          where ${ofSeries(sql, series)}`;
      }),
  };
}
