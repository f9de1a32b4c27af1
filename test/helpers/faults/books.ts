import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import { iso } from '../../../functions/core/time/time.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { allKlines } from '../../../simulator/binance/klines.ts';
import type { VenueContext } from '../../../simulator/frame/module.ts';

/** One series of one-minute candles within `[from, to)`, epoch ms on the minute. */
export interface Slice {
  readonly source: 'klines_spot' | 'klines_perp';
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
}

/** What the warehouse has of a slice, held against what the venue has; all counts are of steps. */
export interface Reconciliation {
  readonly truth: number;
  readonly rows: number;
  /** rows of the venue that are not stored */
  readonly lost: number;
  /** stored rows that the venue does not have */
  readonly foreign: number;
  readonly differing: number;
  /** steps that the ledger has more than one span for */
  readonly doubled: number;
  /** rows that the ledger does not know, and steps that it claims without a row */
  readonly unaccounted: number;
  readonly overclaimed: number;
  /** the rows that the ledger's spans say they have, minus those that are there */
  readonly miscounted: number;
  /** steps that are called empty and have a row at the venue */
  readonly falseHoles: number;
  /** steps proven to have no row, by reason */
  readonly holes: Readonly<Record<string, number>>;
  /** steps with neither a row nor a proof */
  readonly unexplained: number;
}

const MARKET = { klines_spot: 'spot', klines_perp: 'um' } as const;
const TABLE = { klines_spot: 'market_data.spot_klines', klines_perp: 'market_data.perp_klines' } as const;
/** Fields of an answer of the venue, as the table's columns have them; the first is the time. */
const FIELDS = [1, 2, 3, 4, 5, 7, 8, 9, 10] as const;
const COLUMNS =
  'open, high, low, close, volume, quote_volume, trades, taker_buy_volume, taker_buy_quote_volume';

/** @param venues the simulator's own state: its truth needs no request, so no fault can strike it */
export async function readReconciliation(
  sql: Sql,
  venues: VenueContext,
  slice: Slice,
): Promise<Reconciliation> {
  const range = { symbol: slice.symbol, timeframe: '1m', start: slice.from, end: slice.to };
  const truth = allKlines(venues, MARKET[slice.source], range).map((row) => [
    iso(Number(row[0])),
    ...FIELDS.map((field) => Number(row[field])),
  ]);
  const ordered = sql`tstzrange(${new Date(slice.from)}, ${new Date(slice.to)})`;
  const columns = COLUMNS.split(', ');
  const cells = columns.map((name, i) => `(r->>${i + 1})::float8 as ${name}`).join(', ');
  const steps = (set: string) =>
    sql.unsafe(
      `coalesce((select sum(extract(epoch from upper(x) - lower(x))) from unnest(${set}) x), 0)::int8 / 60`,
    );
  const [books] = await sql<(Omit<Reconciliation, 'holes'> & { holes: Record<string, number> | null })[]>`
    with truth as (
      select (r->>0)::timestamptz as time, ${sql.unsafe(cells)} from jsonb_array_elements(${sql.json(truth)}) r),
    stored as materialized (
      select open_time as time, ${sql.unsafe(COLUMNS)} from ${sql.unsafe(TABLE[slice.source])}
      where symbol = ${slice.symbol} and timeframe = '1m' and open_time <@ ${ordered}),
    compared as (
      select count(t.time) as truth, count(s.time) as rows,
        count(*) filter (where s.time is null) as lost, count(*) filter (where t.time is null) as "foreign",
        count(*) filter (where s.time is not null and t.time is not null and
          (${sql.unsafe(columns.map((c) => `s.${c}`).join(', '))}) is distinct from
          (${sql.unsafe(columns.map((c) => `t.${c}`).join(', '))})) as differing
      from truth t full join stored s using (time)),
    spans as (
      select state, reason, rows, span, span * ${ordered} as part from market_data.coverage
      where source = ${slice.source} and symbol = ${slice.symbol} and timeframe = '1m' and span && ${ordered}
        and state <> 'failed'),
    sets as (
      select
        coalesce((select range_agg(tstzrange(time, time + interval '1 minute')) from stored), '{}') as stored,
        coalesce((select range_agg(tstzrange(time, time + interval '1 minute')) from truth), '{}') as truth,
        coalesce((select range_agg(part) from spans where state = 'have'), '{}') as have,
        coalesce((select range_agg(part) from spans where state = 'empty'), '{}') as empty)
    select compared.*,
      (select coalesce(sum(extract(epoch from upper(part) - lower(part))), 0)::int8 / 60 from spans)
        - ${steps('have + empty')} as doubled,
      ${steps('sets.stored - have')} as unaccounted, ${steps('have - sets.stored')} as overclaimed,
      (select coalesce(sum(rows), 0)::int8 from spans where state = 'have' and span <@ ${ordered})
        - (select count(*) from stored where exists (
            select from spans where state = 'have' and span <@ ${ordered} and span @> stored.time)) as miscounted,
      ${steps('empty * sets.truth')} as "falseHoles",
      ${steps(`tstzmultirange(tstzrange('${iso(slice.from)}', '${iso(slice.to)}')) - have - empty`)} as unexplained,
      (select json_object_agg(reason, n) from (
        select reason, sum(extract(epoch from upper(part) - lower(part)))::int8 / 60 as n
        from spans where state = 'empty' group by 1) by_reason) as holes
    from compared, sets`;
  return { ...books!, holes: books!.holes ?? {} };
}

/** What no fault may cause: a row that the venue does not have, or a ledger that does not match the rows. */
export function faultsIn(books: Reconciliation): string[] {
  const never = [
    'foreign',
    'differing',
    'doubled',
    'unaccounted',
    'overclaimed',
    'miscounted',
    'falseHoles',
  ] as const;
  return never.filter((name) => books[name] !== 0).map((name) => `${name} ${books[name]}`);
}

/** What must be once a job has succeeded: every row of the venue, and a proof for every other step. */
export function gapsIn(books: Reconciliation): string[] {
  const { lost, unexplained, truth, rows } = books;
  return [
    ...faultsIn(books),
    ...(lost > 0 ? [`lost ${lost} of ${truth}`] : []),
    ...(unexplained > 0 ? [`unexplained ${unexplained}`] : []),
    ...(rows !== truth ? [`${rows} rows of ${truth}`] : []),
  ];
}

/** Rows that the ledger says a job wrote; within a week, before spans are joined. */
export async function rowsWrittenBy(sql: Sql, jobId: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select coalesce(sum(rows), 0)::int8 as n from market_data.coverage where job_id = ${jobId} and state = 'have'`;
  return row!.n;
}

/** Where a job that has ended says what is not so. @param books of every series that it was about */
export function contradictions(job: JobDetail, books: readonly Reconciliation[], written: number): string[] {
  const missing = books.reduce((sum, { unexplained }) => sum + unexplained, 0);
  const lies: string[] = [];
  const claim = (holds: boolean, what: string): void =>
    void (holds || lies.push(`job ${job.status}: ${what}`));
  claim(job.finished_at !== null, 'it has not ended');
  claim(job.rows_fetched === written, `it says ${job.rows_fetched} rows and wrote ${written}`);
  if (job.status === 'succeeded') claim(missing === 0, `${missing} steps are missing`);
  else claim(Boolean(job.reason), 'it has no reason');
  if (job.status === 'failed') claim(missing > 0, 'nothing is missing');
  if (job.status === 'completed_with_gaps') claim(missing > 0, 'it reports gaps and there are none');
  return lies;
}
