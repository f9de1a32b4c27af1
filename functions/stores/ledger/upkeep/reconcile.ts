import type { Series } from '../../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../../core/series/table.ts';
import { hull, measure, normalize, type Range, type RangeSet, union } from '../../../core/time/range.ts';
import { DAY, floorTo, iso } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { tableName } from '../../copy/copy.ts';
import { asRanges, bounds, ofSeries, ownRows, toMultirange } from '../../postgres/fragments.ts';
import type { Runner, Sql } from '../../postgres/postgres.ts';
import { readCovered } from '../spans/read-ledger.ts';
import { lockMonths, removeSpans } from '../spans/write-spans.ts';
import { compactLedger } from './compact.ts';
import { findContradictions, removeContradictions } from './contradictions.ts';

/**
 * Compares the ledger with the rows, and removes spans that have no rows or contradict each other. Rows that the ledger does not
 * know are not an error: the planner requests their span again.
 *
 * Rows are counted by pieces of spans, which the primary key answers without reading the table where it is vacuumed. Days are
 * counted only for a piece that is short, and only a short day is compared step by step. The count takes no lock: rows and ledger are read in
 * one snapshot. Each result is checked once more under the lock before the ledger changes.
 * @returns what was removed
 */
export async function reconcile(
  sql: Sql,
  table: TableSpec,
  series: Series,
  range: Range,
  now: number,
): Promise<RangeSet> {
  if (range.start >= range.end) return [];
  let wrong: RangeSet = [];
  const suspects = await sql.begin(async (tx) => {
    const { have, doubled, denied } = await findContradictions(tx, table, series, range);
    wrong = union(doubled, denied);
    if (have.length === 0) return [];
    if (table.cadence === 'irregular') return shortSpans(tx, table, series, range);
    const short = await piecesShortOfRows(tx, table, series, have);
    return rowless(tx, table, series, short, await doubtfulDays(tx, table, series, short));
  }, 'isolation level repeatable read read only');
  const lost = suspects.length > 0 ? await removeLost(sql, table, series, suspects) : [];
  const count = (tx: Runner) =>
    table.cadence === 'irregular' ? countOf(tx, table, series, 'part') : undefined;
  const contradicted =
    wrong.length > 0 ? await removeContradictions(sql, table, series, hull(wrong)!, now, count) : [];
  await compactLedger(sql, series, range, now);
  return union(lost, contradicted);
}

function removeLost(sql: Sql, table: TableSpec, series: Series, suspects: RangeSet): Promise<RangeSet> {
  return sql.begin(async (tx) => {
    await lockMonths(tx, series, suspects);
    const around = { start: suspects[0]!.start, end: suspects.at(-1)!.end };
    if (table.cadence === 'irregular') {
      const lost = await shortSpans(tx, table, series, around);
      await removeSpans(tx, series, lost, ['have'], countOf(tx, table, series, 'part'));
      return lost;
    }
    const days = new Set(suspects.flatMap(daysOf));
    const have = await readCovered(tx, series, around);
    const lost = await rowless(tx, table, series, have, [...days]);
    await removeSpans(tx, series, lost, ['have']);
    return lost;
  });
}

/** Spans of events with fewer rows than were written. Which row is gone cannot be known, so the whole span is removed. */
async function shortSpans(sql: Runner, table: TableSpec, series: Series, range: Range): Promise<RangeSet> {
  const rows = await sql<Range[]>`
    select ${bounds(sql, sql`span`)}
    from market_data.coverage c
    where ${ofSeries(sql, series)} and state = 'have'
      and lower(span) < ${new Date(range.end)} and upper(span) > ${new Date(range.start)}
      and rows > ${countOf(sql, table, series, 'span')}
    order by 1`;
  return normalize(rows.map(({ start, end }) => ({ start, end })));
}

/** How many rows of the series lie in a range column of the query around it. */
const countOf = (sql: Runner, table: TableSpec, series: Series, span: 'span' | 'part') => {
  const time = sql`t.${sql(timeColumn(table))}`;
  const [from, to] = [sql`lower(${sql(span)})`, sql`upper(${sql(span)})`];
  return sql`(select count(*) from ${sql.unsafe(tableName(table))} t
    where ${ownRows(sql, table, series)} and ${time} >= ${from} and ${time} < ${to})`;
};

/** A bound that the planner knows: it excludes the other chunks of a hypertable, which with a hundred chunks saves nine tenths of the work. */
const inBounds = (sql: Runner, table: TableSpec, { start, end }: Range) => {
  const time = sql`t.${sql(timeColumn(table))}`;
  return sql`${time} >= ${new Date(start)} and ${time} < ${new Date(end)}`;
};

/** Rows of a series within a range, counted by `select count(*)`. */
export async function countRows(
  sql: Runner,
  table: TableSpec,
  series: Series,
  range: Range,
): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select count(*) as rows from ${sql.unsafe(tableName(table))} t
    where ${ownRows(sql, table, series)} and ${inBounds(sql, table, range)}`;
  return row?.rows ?? 0;
}

/** Steps of a piece: about a month of minutes. A lost row makes the days of its piece be counted, and of no other month. */
const STEPS_OF_A_PIECE = 45_000;

/**
 * Pieces of the set, on the grid, with fewer rows than steps. A whole piece has one more row where an offset has skipped all
 * others. To skip a row takes four fifths of what `count(*)` takes for it, because no aggregate receives it, and nothing has
 * to be projected when the columns are those of the key in its order.
 */
async function piecesShortOfRows(
  sql: Runner,
  table: TableSpec,
  series: Series,
  set: RangeSet,
): Promise<RangeSet> {
  const step = stepOf(series.timeframe);
  const length = Math.max(DAY, floorTo(STEPS_OF_A_PIECE * step, DAY));
  const pieces = set.flatMap((span) => cutAtMultiples(span, length));
  const listed = pieces.map((piece, n) => ({
    n,
    start: iso(piece.start),
    end: iso(piece.end),
    steps: Math.ceil(measure([piece]) / step),
  }));
  const time = sql`t.${sql(timeColumn(table))}`;
  const short = await sql<{ n: number }[]>`
    select n from jsonb_to_recordset(${sql.json(listed)}) p (n int4, start timestamptz, "end" timestamptz, steps int8)
    where not exists (
      select ${sql(table.key.map((column) => `t.${column}`))} from ${sql.unsafe(tableName(table))} t
      where ${ownRows(sql, table, series)} and ${time} >= p.start and ${time} < p."end" and ${inBounds(sql, table, hull(set)!)}
      offset p.steps - 1)
    order by n`;
  return short.map(({ n }) => pieces[n]!);
}

const cutAtMultiples = ({ start, end }: Range, length: number): Range[] => {
  const first = floorTo(start, length);
  return Array.from({ length: Math.ceil((end - first) / length) }, (_, i) => ({
    start: Math.max(start, first + i * length),
    end: Math.min(end, first + (i + 1) * length),
  }));
};

/** Days of short pieces that have fewer rows than the ledger says, or where this cannot be decided: epoch ms. */
async function doubtfulDays(
  sql: Runner,
  table: TableSpec,
  series: Series,
  short: RangeSet,
): Promise<number[]> {
  if (short.length === 0) return [];
  const covered = new Map<number, number>();
  for (const span of short) {
    for (const part of cutAtMultiples(span, DAY)) {
      const day = floorTo(part.start, DAY);
      covered.set(day, (covered.get(day) ?? 0) + measure([part]));
    }
  }
  const time = sql`t.${sql(timeColumn(table))}`;
  const counts = await sql<{ day: number; rows: number }[]>`
    select (extract(epoch from day) * 1000)::float8 as day, rows from (
      select date_bin('1 day', ${time}, '2000-01-01Z') as day, count(*) as rows
      from ${sql.unsafe(tableName(table))} t
      where ${ownRows(sql, table, series)} and ${inBounds(sql, table, { start: short[0]!.start, end: short.at(-1)!.end })}
      group by 1) days`;
  const rows = new Map(counts.map((c) => [c.day, c.rows]));
  const step = stepOf(series.timeframe);
  // In a day that is covered in part, a row outside the covered part could make up for one that is lost inside it.
  return [...covered]
    .filter(([day, part]) => part < DAY || (rows.get(day) ?? 0) < part / step)
    .map(([day]) => day);
}

/** Steps of the set without a row, within the given days. */
async function rowless(
  sql: Runner,
  table: TableSpec,
  series: Series,
  set: RangeSet,
  days: readonly number[],
): Promise<RangeSet> {
  if (days.length === 0) return [];
  const within = { start: Math.min(...days), end: Math.max(...days) + DAY };
  const step = `${stepOf(series.timeframe)} milliseconds`;
  const time = sql`t.${sql(timeColumn(table))}`;
  const rows = await sql<Range[]>`
    with parts as (
      select tstzmultirange(tstzrange(day, day + interval '1 day')) * ${toMultirange(set)}::tstzmultirange
        - coalesce((
          select range_agg(tstzrange(${time}, ${time} + ${step}::interval)) from ${sql.unsafe(tableName(table))} t
          where ${ownRows(sql, table, series)} and ${time} >= day and ${time} < day + interval '1 day'
            and ${inBounds(sql, table, within)}), '{}') as lost
      from (select to_timestamp(d::float8 / 1000) as day from jsonb_array_elements_text(${sql.json([...days])}) d) days)
    select ${bounds(sql, sql`r`)}
    from unnest((select range_agg(part) from parts, unnest(lost) part)) r order by 1`;
  return asRanges(rows);
}

const daysOf = (range: Range): number[] => cutAtMultiples(range, DAY).map(({ start }) => floorTo(start, DAY));
