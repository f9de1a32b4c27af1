import type { SeriesAccount } from '../../core/queries/coverage-view.ts';
import type { CoverageQueries } from '../../core/queries/ports.ts';
import { normalize, type RangeSet } from '../../core/time/range.ts';
import type { Timeframe } from '../../core/time/timeframe.ts';
import type { Sql } from '../postgres/postgres.ts';

type Spans = readonly (readonly [start: number, end: number])[];

interface Row {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly requested: Spans;
  /** the ledger by state and reason; the reason of a failed span is an error code */
  readonly states: readonly {
    readonly state: string;
    readonly reason: string | null;
    readonly spans: Spans;
  }[];
}

/** Every series that was ever requested, with its spans by state: one pass over the ledger, however many series there are. */
export async function accounts(
  sql: Sql,
  { sources, symbol, timeframe }: Parameters<CoverageQueries['accounts']>[0],
): Promise<SeriesAccount[]> {
  const spans = (multirange: ReturnType<Sql>) => sql`
    (select coalesce(jsonb_agg(jsonb_build_array(
        (extract(epoch from lower(r)) * 1000)::int8, (extract(epoch from upper(r)) * 1000)::int8) order by r), '[]')
      from unnest(${multirange}) r)`;
  const chosen = sql`source in ${sql([...sources])}
    and ${symbol === undefined ? sql`true` : sql`symbol = ${symbol}`}
    and ${timeframe === undefined ? sql`true` : sql`timeframe = ${timeframe}`}`;
  const found = await sql<Row[]>`
    with states as (
      select source, symbol, timeframe, state, reason, range_agg(span) as set from market_data.coverage
      where ${chosen} group by 1, 2, 3, 4, 5),
    by_series as (
      select source, symbol, timeframe,
        jsonb_agg(jsonb_build_object('state', state, 'reason', reason, 'spans', ${spans(sql`set`)})) as states
      from states group by 1, 2, 3)
    select s.source, s.symbol, s.timeframe, ${spans(sql`s.requested`)} as requested, coalesce(states, '[]') as states
    from market_data.series s left join by_series using (source, symbol, timeframe)
    where not isempty(s.requested) and ${chosen}
    order by 1, 2, 3`;
  return found.map(accountOf);
}

function accountOf({ source, symbol, timeframe, requested, states }: Row): SeriesAccount {
  const of = (state: string) => states.filter((s) => s.state === state);
  const empty = of('empty').map(({ reason, spans }) => [reason!, ranges(spans)] as const);
  return {
    source,
    symbol,
    timeframe,
    requested: ranges(requested),
    have: normalize(of('have').flatMap(({ spans }) => ranges(spans))),
    empty: Object.fromEntries(empty),
    failed: normalize(of('failed').flatMap(({ spans }) => ranges(spans))),
  };
}

const ranges = (spans: Spans): RangeSet => spans.map(([start, end]) => ({ start, end }));
