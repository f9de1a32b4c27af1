import type { SeriesAccount } from '../../core/queries/coverage-view.ts';
import type { CoverageQueries } from '../../core/queries/ports.ts';
import { normalize } from '../../core/time/range.ts';
import type { Timeframe } from '../../core/time/timeframe.ts';
import { ledgerSets } from '../ledger/spans/sums.ts';
import { type RangePairs, rangePairs, toRanges } from '../postgres/fragments.ts';
import type { Sql } from '../postgres/postgres.ts';

interface Row {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly requested: RangePairs;
  /** the ledger by state and reason; the reason of a failed span is an error code, and that of rows an empty text */
  readonly states: readonly {
    readonly state: string;
    readonly reason: string | null;
    readonly spans: RangePairs;
  }[];
}

/** Every series that was ever requested, with its spans by state: one pass over the sums of the ledger. */
export async function accounts(
  sql: Sql,
  { sources, symbol, timeframe }: Parameters<CoverageQueries['accounts']>[0],
): Promise<SeriesAccount[]> {
  const chosen = sql`source in ${sql([...sources])}
    and ${symbol === undefined ? sql`true` : sql`symbol = ${symbol}`}
    and ${timeframe === undefined ? sql`true` : sql`timeframe = ${timeframe}`}`;
  const found = await sql<Row[]>`
    with ${ledgerSets(sql, chosen)},
    states as (
      select source, symbol, timeframe, case reason when '' then 'have' else 'empty' end as state, reason, set
      from sets where not isempty(set)
      union all
      select source, symbol, timeframe, state, reason, range_agg(span) from market_data.coverage
      where ${chosen} and state = 'failed' group by 1, 2, 3, 4, 5),
    by_series as (
      select source, symbol, timeframe,
        jsonb_agg(jsonb_build_object('state', state, 'reason', reason, 'spans', ${rangePairs(sql, sql`set`)})) as states
      from states group by 1, 2, 3)
    select s.source, s.symbol, s.timeframe, ${rangePairs(sql, sql`s.requested`)} as requested, coalesce(states, '[]') as states
    from market_data.series s left join by_series using (source, symbol, timeframe)
    where not isempty(s.requested) and ${chosen}
    order by 1, 2, 3`;
  return found.map(accountOf);
}

function accountOf({ source, symbol, timeframe, requested, states }: Row): SeriesAccount {
  const of = (state: string) => states.filter((s) => s.state === state);
  const empty = of('empty').map(({ reason, spans }) => [reason!, toRanges(spans)] as const);
  return {
    source,
    symbol,
    timeframe,
    requested: toRanges(requested),
    have: normalize(of('have').flatMap(({ spans }) => toRanges(spans))),
    empty: Object.fromEntries(empty),
    failed: normalize(of('failed').flatMap(({ spans }) => toRanges(spans))),
  };
}
