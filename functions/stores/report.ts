import { causeOf } from '../core/cause.ts';
import type { EmptyReason } from '../core/coverage.ts';
import type { Gap, SeriesReport } from '../core/ports.ts';
import { intersect, type Range, type RangeSet, subtract } from '../core/range.ts';
import type { Series } from '../core/series.ts';
import { type TableSpec, timeColumn } from '../core/table.ts';
import { stepOf, type Timeframe } from '../core/timeframe.ts';
import { tableName } from './copy.ts';
import type { Sql } from './postgres.ts';
import { ownRows } from './reconcile.ts';

type Spans = readonly (readonly [start: number, end: number])[];

interface Account {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly requested: Spans;
  readonly have: Spans;
  readonly rows: number;
  readonly empty: readonly { readonly reason: EmptyReason; readonly spans: Spans }[];
  readonly failed: readonly {
    readonly span: Spans;
    readonly code: string;
    readonly error: string;
    readonly evidence: readonly unknown[];
  }[];
  readonly findings: number;
  readonly followed: boolean;
  readonly audited: number | null;
}

/**
 * Every series that was ever asked for, with what it has and what it lacks. A proof of emptiness that is due to be asked
 * again is still a proof: it is no gap here, though the planner will ask.
 */
export async function report(
  sql: Sql,
  tables: (source: string) => TableSpec,
  filter: { readonly sources?: readonly string[]; readonly symbol?: string },
): Promise<SeriesReport[]> {
  const out: SeriesReport[] = [];
  for (const account of await accounts(sql, filter)) {
    const { source, symbol, timeframe, rows, findings, followed, audited } = account;
    const series: Series = { source, symbol, timeframe };
    const requested = ranges(account.requested);
    const empty = account.empty
      .flatMap(({ reason, spans }) => ranges(spans).map((span) => ({ ...span, reason })))
      .sort((a, b) => a.start - b.start);
    const missing = subtract(subtract(requested, ranges(account.have)), empty);
    const ends = await extremes(sql, tables(source), series);
    const counted = tables(source).rhythm === 'events' ? await countAll(sql, tables(source), series) : rows;
    out.push({
      ...series,
      requested,
      ...ends,
      rows: counted,
      followed,
      ...(audited !== null && { auditedAt: audited }),
      gaps: explain(missing, account),
      empty,
      findings,
    });
  }
  return out;
}

/** Cuts what is missing where a fetch failed and where none was made yet. */
function explain(missing: RangeSet, { failed, timeframe }: Account): Gap[] {
  const step = stepOf(timeframe);
  const gap =
    (known: Omit<Gap, 'start' | 'end' | 'steps'>) =>
    (range: Range): Gap => ({ ...range, steps: (range.end - range.start) / step, ...known });
  let rest = missing;
  const out: Gap[] = [];
  for (const { span, code, error, evidence } of failed) {
    out.push(...intersect(rest, ranges(span)).map(gap({ cause: causeOf(code), error, evidence })));
    rest = subtract(rest, ranges(span));
  }
  return [...out, ...rest.map(gap({ cause: causeOf(undefined) }))].sort((a, b) => a.start - b.start);
}

const ranges = (spans: Spans): RangeSet => spans.map(([start, end]) => ({ start, end }));

function accounts(
  sql: Sql,
  { sources, symbol }: { readonly sources?: readonly string[]; readonly symbol?: string },
): Promise<Account[]> {
  // Ranges leave as epoch ms pairs, so that no date format stands between the database and us.
  const spans = (multirange: ReturnType<Sql>) => sql`
    (select coalesce(jsonb_agg(jsonb_build_array(
        (extract(epoch from lower(r)) * 1000)::int8, (extract(epoch from upper(r)) * 1000)::int8) order by r), '[]')
      from unnest(${multirange}) r)`;
  return sql<Account[]>`
    select s.source, s.symbol, s.timeframe, ${spans(sql`s.requested`)} as requested,
      ${spans(sql`coalesce(have.set, '{}')`)} as have, coalesce(have.rows, 0)::int8 as rows,
      s.followed, (extract(epoch from s.audited_at) * 1000)::float8 as audited,
      coalesce(empty.list, '[]') as empty, coalesce(failed.list, '[]') as failed,
      (select count(*) from market_data.findings f
        where f.source = s.source and f.symbol = s.symbol and f.timeframe = s.timeframe) as findings
    from market_data.series s
    left join lateral (
      select range_agg(span) as set, sum(rows) as rows from market_data.coverage c
      where c.source = s.source and c.symbol = s.symbol and c.timeframe = s.timeframe and state = 'have') have on true
    left join lateral (
      select jsonb_agg(jsonb_build_object('reason', reason, 'spans', ${spans(sql`by_reason.set`)})) as list from (
        select reason, range_agg(span) as set from market_data.coverage c
        where c.source = s.source and c.symbol = s.symbol and c.timeframe = s.timeframe and state = 'empty'
        group by reason) by_reason) empty on true
    left join lateral (
      select jsonb_agg(jsonb_build_object('code', c.reason, 'error', c.evidence -> 0 ->> 'message', 'evidence', c.evidence,
        'span', ${spans(sql`tstzmultirange(c.span)`)}) order by c.id desc) as list from market_data.coverage c
      where c.source = s.source and c.symbol = s.symbol and c.timeframe = s.timeframe and state = 'failed') failed on true
    where not isempty(s.requested)
      and ${sources ? sql`s.source in ${sql([...sources])}` : sql`true`}
      and ${symbol === undefined ? sql`true` : sql`s.symbol = ${symbol}`}
    order by 1, 2, 3`;
}

/** Of events the ledger does not know the rows that are provisional; their tables are small. */
async function countAll(sql: Sql, table: TableSpec, series: Series): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select count(*) as rows from ${sql.unsafe(tableName(table))} t where ${ownRows(sql, table, series)}`;
  return row?.rows ?? 0;
}

async function extremes(
  sql: Sql,
  table: TableSpec,
  series: Series,
): Promise<Pick<SeriesReport, 'earliest' | 'latest'>> {
  const time = sql(timeColumn(table));
  const end = (order: 'asc' | 'desc') => sql`
    (select t.${time} from ${sql.unsafe(tableName(table))} t where ${ownRows(sql, table, series)}
     order by t.${time} ${sql.unsafe(order)} limit 1)`;
  const [row] = await sql<{ earliest: Date | null; latest: Date | null }[]>`
    select ${end('asc')} as earliest, ${end('desc')} as latest`;
  if (!row?.earliest || !row.latest) return {};
  return { earliest: row.earliest.getTime(), latest: row.latest.getTime() };
}
