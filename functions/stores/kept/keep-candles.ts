import type { CandleKeeper } from '../../core/ledger/ports.ts';
import type { RowsRequest } from '../../core/queries/ports.ts';
import type { Series } from '../../core/series/series.ts';
import type { Source, Sources } from '../../core/series/source.ts';
import { normalize, type Range, type RangeSet } from '../../core/time/range.ts';
import { type Clock, ceilTo, DAY, floorTo, HOUR, MINUTE } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { ofSeries, ownColumns, type RangePairs, rangePairs, toRanges } from '../postgres/fragments.ts';
import { takeLocks } from '../postgres/locks.ts';
import { guarded, type Sql, type Transaction } from '../postgres/postgres.ts';
import { madeSql, summed } from '../queries/candle-sql.ts';
import { withParameters } from '../queries/row-sql.ts';
import { fineTimeframes, keptLengths, markedOf } from './kept-sql.ts';

/** Until then the spans of a day are still joined, and each joining marks the day. What is younger is added up when it is read. */
const SETTLES = 6 * HOUR;

/** Steps whose candles one transaction enters: a year of minutes. The fold of the ledger waits for it. */
const PIECE = (366 * DAY) / MINUTE;

/** Series that one run looks at. */
const MOST = 1_000;

interface KeptOptions {
  readonly sources: Sources;
  readonly clock: Clock;
}

interface Due extends Series {
  readonly changes: number;
  readonly days: RangePairs;
}

/** Keeps candles in PostgreSQL. It throws the same errors as the series store. */
export const createCandleKeeper = (sql: Sql, options: KeptOptions): CandleKeeper => ({
  keepCandles: (budgetMs) => guarded('the long candles', () => keepCandles(sql, options, budgetMs)),
});

/**
 * Enters the long candles of days that have none yet: the newest days first, as far as the time allows.
 * @returns the number of days that were entered
 */
async function keepCandles(sql: Sql, { sources, clock }: KeptOptions, budgetMs: number): Promise<number> {
  const began = clock();
  const late = (): boolean => Math.abs(clock() - began) > budgetMs;
  const fine = Object.values(sources).filter(isFine);
  // Read first: a change by hand that commits from here on invalidates what is entered.
  const changes = await changesByTable(sql);
  // Notes the chunks that exist, so that one that is dropped later is noticed.
  await sql`select count(*) from market_data.due_recounts()`;
  const until = floorTo(began - SETTLES, DAY);
  let days = 0;
  for (const due of await dueSeries(sql, fine, changes, until)) {
    const most = Math.max(DAY, floorTo(PIECE * stepOf(due.timeframe), DAY));
    for (const range of wholeDays(toRanges(due.days)).toReversed()) {
      for (let end = range.end; end > range.start; end -= most) {
        if (late()) return days;
        const piece = { start: Math.max(range.start, end - most), end };
        await keep(sql, sources[due.source]!, due, piece);
        days += (piece.end - piece.start) / DAY;
      }
    }
  }
  return days;
}

const wholeDays = (set: RangeSet): RangeSet =>
  normalize(set.map(({ start, end }) => ({ start: floorTo(start, DAY), end: ceilTo(end, DAY) })));

/** Whether a source has candles on a fine grid. */
function isFine({ table, timeframes }: Source): boolean {
  const has = (name: string): boolean => table.columns.some((column) => column.name === name);
  return (
    ['open', 'high', 'low', 'close'].every(has) &&
    table.key.includes('timeframe') &&
    table.cadence !== 'irregular' &&
    fineTimeframes(timeframes).length > 0
  );
}

async function changesByTable(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ name: string; changes: number }[]>`
    select table_name as name, sum(changes)::int8 as changes from market_data.hand_changes group by 1`;
  return new Map(rows.map(({ name, changes }) => [name, changes]));
}

/** Series with whole days between their first and their last span that are not kept, up to an instant. */
function dueSeries(
  sql: Sql,
  sources: readonly Source[],
  changes: ReadonlyMap<string, number>,
  until: number,
): Promise<Due[]> {
  const grids = sources.flatMap(({ id, table, timeframes }) =>
    fineTimeframes(timeframes).map((timeframe) => ({
      source: id,
      timeframe,
      changes: changes.get(table.name) ?? 0,
    })),
  );
  const day = "'1 day'::interval, ";
  return sql<Due[]>`
    select source, symbol, timeframe, changes, ${rangePairs(sql, sql`lacking`)} as days from (
      select s.source, s.symbol, s.timeframe, g.changes, tstzmultirange(tstzrange(first, greatest(first, least(last, ${new Date(until)}))))
        - case when k.changes = g.changes then k.kept else '{}' end as lacking
      from jsonb_to_recordset(${sql.json(grids)}) g (source text, timeframe text, changes int8)
      join market_data.ledger_sums s on s.source = g.source and s.timeframe = g.timeframe and s.reason = '' and not isempty(s.set)
      -- A DELETE marks the series that are known.
      join market_data.series known on known.source = s.source and known.symbol = s.symbol and known.timeframe = s.timeframe
      left join market_data.kept_spans k on k.source = s.source and k.symbol = s.symbol and k.timeframe = s.timeframe,
      date_bin(${sql.unsafe(day)} lower(s.set), '2000-01-01Z') first,
      date_bin(${sql.unsafe(day)} upper(s.set) + interval '1 day' - interval '1 microsecond', '2000-01-01Z') last) found
    where not isempty(lacking) order by upper(lacking) desc limit ${MOST}`;
}

/**
 * Enters the candles of a piece. In this order, under the lock of the fold, of three statements that each see what was committed before
 * them: rows that change before the first are in the candles, and the marks of rows that change before the last are seen by it.
 * Whatever commits later leaves its mark behind.
 */
const keep = (sql: Sql, { table }: Source, { changes, ...due }: Due, piece: Range): Promise<void> =>
  sql.begin(async (tx) => {
    const series = { source: due.source, symbol: due.symbol, timeframe: due.timeframe };
    const [start, end] = [new Date(piece.start), new Date(piece.end)];
    await tx`set local synchronous_commit = off`;
    await takeLocks(tx, 'ledger', ['fold']);
    await tx`delete from market_data.kept_candles where ${ofSeries(tx, series)} and bucket >= ${start} and bucket < ${end}`;
    for (const { name, every } of keptLengths(series.timeframe)) {
      const candles = { step: stepOf(series.timeframe), every };
      const where = Object.fromEntries(ownColumns(table, series));
      await enter(tx, series, name, { table, where, limit: 0, candles, from: piece.start, to: piece.end });
    }
    await tx`
      insert into market_data.kept_spans as k (source, symbol, timeframe, kept, changes)
      values (${series.source}, ${series.symbol}, ${series.timeframe},
        tstzmultirange(tstzrange(${start}, ${end})) - ${markedOf(tx, series)}, ${changes})
      on conflict (source, symbol, timeframe) do update set changes = excluded.changes,
        kept = excluded.kept + case when k.changes = excluded.changes then k.kept else '{}' end`;
  });

async function enter(tx: Transaction, series: Series, name: string, request: RowsRequest): Promise<void> {
  const to = withParameters(tx);
  const made = madeSql(to, request, request, request.to! - 1);
  await tx`
    insert into market_data.kept_candles (source, symbol, timeframe, every, bucket, open, high, low, close, sums, rows)
    select ${series.source}, ${series.symbol}, ${series.timeframe}, ${name}, bucket, open, high, low, close,
      trim_array(array[${summed(tx, request.table)} null]::float8[], 1), rows
    from (${made}) made`;
}
