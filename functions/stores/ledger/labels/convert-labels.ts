import type { NewSpan } from '../../../core/ledger/new-span.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { Source } from '../../../core/series/source.ts';
import type { TableSpec } from '../../../core/series/table.ts';
import { hull, intersect, normalize, type Range, runsOf, subtract } from '../../../core/time/range.ts';
import { DAY, iso, isoDay } from '../../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../../core/time/timeframe.ts';
import { quoted, tableName } from '../../copy/copy.ts';
import { bounds, ownRows } from '../../postgres/fragments.ts';
import type { Sql, Transaction } from '../../postgres/postgres.ts';
import { readCovered } from '../spans/read-ledger.ts';
import { insertSpans, lockMonths, removeSpans } from '../spans/write-spans.ts';
import { accountsForDeletes } from '../upkeep/recount.ts';
import { addLabelRule } from './label-book.ts';

/** The result for one month of a series. */
export interface Converted extends Series {
  /** of the files, `2026-07` */
  readonly month: string;
  /** rows whose time differs by the new rule */
  readonly rows: number;
  /** of these: rows that left the grid of the series or collided with another row, and are fetched again */
  readonly released: number;
}

export interface Conversion {
  readonly source: Source;
  readonly siblings: readonly Source[];
  /** absent: every symbol that has rows of such files */
  readonly symbol?: string;
  /** files by their days */
  readonly files: Range;
  readonly shiftMs: number;
  readonly why: string;
}

interface Span extends Range {
  readonly id: number;
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly object: string;
  readonly sha256: string;
  readonly month: string;
}

/**
 * Applies another shift of labels to stored rows of archive files, in one transaction for each series and month, and enters the
 * rule for files that are loaded later. Each row's former version goes into `row_changes`. Repeating it does no harm: rows that
 * are already right stay unchanged.
 * @param write false: everything is done and rolled back, so the counts are exact
 */
export async function* convertLabels(
  sql: Sql,
  order: Conversion,
  write: boolean,
  now: number,
): AsyncGenerator<Converted> {
  const { source, siblings, files, shiftMs } = order;
  const tables = new Map([source, ...siblings].map(({ id, table }) => [id, table]));
  const dataset = source.tiers.flatMap((tier) =>
    tier.kind === 'archive' && tier.labels ? [tier.labels] : [],
  )[0]!.dataset;
  const spans = await spansOf(sql, order, [...tables.keys()]);
  const symbols = new Set(order.symbol === undefined ? spans.map(({ symbol }) => symbol) : [order.symbol]);
  if (write) {
    await sql.begin(async (tx) => {
      for (const symbol of symbols)
        await addLabelRule(tx, dataset, symbol, { ...files, shiftMs, held: false }, order.why, now);
    });
  }
  const groups = [
    ...Map.groupBy(spans, ({ month, ...series }) => `${month} ${seriesLabel(series)}`).values(),
  ];
  // Where rows move forward, the later ones move first to make room.
  const ordered = groups.toSorted((a, b) => (a[0]!.month < b[0]!.month ? -1 : 1) * (shiftMs > 0 ? -1 : 1));
  for (const group of ordered) {
    const [{ source: id, symbol, timeframe, month }] = group as [Span, ...Span[]];
    const series = { source: id, symbol, timeframe };
    const counts = await undoneUnless(write, sql, (tx) =>
      convert(tx, tables.get(id)!, series, group, shiftMs, now),
    );
    if (counts.rows > 0) yield { ...series, month, ...counts };
  }
}

class Undo extends Error {}

async function undoneUnless<T>(write: boolean, sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let done: T | undefined;
  try {
    await sql.begin(async (tx) => {
      done = await work(tx);
      if (!write) throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
  return done!;
}

function spansOf(sql: Sql, { symbol, files }: Conversion, sources: readonly string[]): Promise<Span[]> {
  const day = sql`substring(object from '(\\d{4}-\\d{2}-\\d{2})\\.zip$')`;
  const to = Number.isFinite(files.end) ? sql`and ${day} < ${isoDay(files.end)}` : sql``;
  return sql<Span[]>`
    select id, source, symbol, timeframe, object, sha256, left(${day}, 7) as month,
      ${bounds(sql, sql`span`)}
    from market_data.coverage
    where source in ${sql(sources)} and state = 'have' and sha256 is not null and ${day} >= ${isoDay(files.start)} ${to}
      ${symbol === undefined ? sql`` : sql`and symbol = ${symbol}`}
    order by source, symbol, timeframe, lower(span)`;
}

async function convert(
  tx: Transaction,
  table: TableSpec,
  series: Series,
  spans: readonly Span[],
  shiftMs: number,
  now: number,
): Promise<{ rows: number; released: number }> {
  const step = stepOf(series.timeframe);
  const around = { start: spans[0]!.start - DAY, end: spans.at(-1)!.end + DAY };
  await lockMonths(tx, series, [around]);
  const own = ownRows(tx, table, series);
  const target = tx.unsafe(tableName(table));
  const moved = `raw + make_interval(secs => ${shiftMs / 1000})`;
  const at = tx.unsafe(moved);
  await tx`drop table if exists pg_temp.moving`;
  await tx`
    create temporary table moving on commit drop as
    select t.*, coalesce(t.label, t.time) as raw, c.id as span_id, c.object as from_object, c.sha256 as from_sha256
    from market_data.coverage c join ${target} t on t.time >= lower(c.span) and t.time < upper(c.span)
    where c.id in ${tx(spans.map(({ id }) => id))} and ${own}`;
  // One rule applies to a whole file: where one row of a span is wrong, all of its rows are.
  await tx`
    delete from pg_temp.moving where span_id not in (select span_id from pg_temp.moving where time <> ${at})`;
  const found = await tx<{ id: number }[]>`select distinct span_id as id from pg_temp.moving`;
  if (found.length === 0) return { rows: 0, released: 0 };
  const ids = new Set(found.map(({ id }) => id));
  const left = normalize(spans.filter(({ id }) => ids.has(id)));
  await accountsForDeletes(tx);
  await tx`delete from ${target} t using pg_temp.moving m where t.time = m.time and ${own}`;
  await removeSpans(tx, series, left, ['have']);
  const names = table.columns.map(({ name }) => name);
  const values = names.map((name) => {
    if (name === 'time') return moved;
    if (name === 'label') return shiftMs === 0 ? 'null::timestamptz' : 'raw';
    return quoted(name);
  });
  const placed = await tx<{ time: Date }[]>`
    insert into ${target} (${tx.unsafe(names.map(quoted).join(', '))})
    select ${tx.unsafe(values.join(', '))} from pg_temp.moving
    where mod(extract(epoch from ${at})::bigint, ${step / 1000}::bigint) = 0
    order by raw on conflict do nothing returning time`;
  const landed = tx`(select value::timestamptz from jsonb_array_elements_text(${tx.json(placed.map(({ time }) => iso(time.getTime())))}))`;
  await tx`
    insert into market_data.row_changes
      (source, symbol, timeframe, time, was, became, object, sha256_was, sha256_became, changed_at)
    select ${series.source}, ${series.symbol}, ${series.timeframe}, m.time,
      to_jsonb(m) - array['raw', 'span_id', 'from_object', 'from_sha256'], to_jsonb(t), m.from_object, m.from_sha256,
      m.from_sha256, ${new Date(now)}
    from pg_temp.moving m left join ${target} t on ${own} and t.time = ${at} and t.time in ${landed}`;
  const origins = await tx<Origin[]>`
    select (extract(epoch from ${at}) * 1000)::float8 as time, from_object as object, from_sha256 as sha256
    from pg_temp.moving where ${at} in ${landed} order by 1`;
  await account(tx, series, origins, now);
  const [counted] = await tx<{ rows: number }[]>`select count(*) as rows from pg_temp.moving`;
  return { rows: counted!.rows, released: counted!.rows - placed.length };
}

interface Origin {
  readonly time: number;
  readonly object: string;
  readonly sha256: string;
}

/** The spans of the rows at their new times, each with the object that they came from. */
async function account(
  tx: Transaction,
  series: Series,
  origins: readonly Origin[],
  now: number,
): Promise<void> {
  if (origins.length === 0) return;
  const step = stepOf(series.timeframe);
  const all = runsOf(
    origins.map(({ time }) => time),
    step,
  );
  let open = subtract(all, await readCovered(tx, series, hull(all)!));
  await removeSpans(tx, series, open, ['empty', 'failed']);
  const spans: NewSpan[] = [];
  for (const of of Map.groupBy(origins, ({ object }) => object).values()) {
    const [{ object, sha256 }] = of as [Origin, ...Origin[]];
    const own = runsOf(
      of.map(({ time }) => time),
      step,
    );
    for (const span of intersect(own, open)) spans.push({ span, state: 'have', object, sha256 });
    open = subtract(open, own);
  }
  await insertSpans(tx, series, spans, { jobId: 'convert-labels', chunk: seriesLabel(series), at: now });
}
