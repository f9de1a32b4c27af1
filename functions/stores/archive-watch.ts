import type { ArchiveWatch, Renewal, WatchedObject } from '../core/archive-watch.ts';
import type { Page } from '../core/coverage.ts';
import { hull, type RangeSet } from '../core/range.ts';
import { type Series, seriesLabel } from '../core/series.ts';
import { iso } from '../core/time.ts';
import { insertFindings } from './findings.ts';
import { lockMonths } from './ledger.ts';
import { type Runner, type Sql, storeError, type Transaction } from './postgres.ts';
import type { StoreOptions } from './series-store.ts';
import { mergeRows } from './staging.ts';

const ofSeries = (sql: Runner, s: Series) =>
  sql`source = ${s.source} and symbol = ${s.symbol} and timeframe = ${s.timeframe}`;

/** @param sql a session of `gordon_writer` */
export function createArchiveWatch(sql: Sql, { tables, clock }: StoreOptions): ArchiveWatch {
  const guarded = async <T>(subject: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeError(error, subject);
    }
  };
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

    renew: (series, renewal) =>
      guarded(seriesLabel(series), () =>
        sql.begin((tx) => renew(tx, series, renewal, tables(series.source), clock())),
      ),

    watched: (series) =>
      guarded(seriesLabel(series), async () => {
        await sql`update market_data.series set archives_watched_at = ${new Date(clock())} where ${ofSeries(sql, series)}`;
      }),
  };
}

async function renew(
  tx: Transaction,
  series: Series,
  renewal: Renewal,
  table: ReturnType<StoreOptions['tables']>,
  now: number,
): Promise<void> {
  const { object, was, became, spans, changes, rows } = renewal;
  await lockMonths(tx, series, spans as RangeSet);
  const page: Page = { series, rows: NONE, have: [], empty: [], findings: [], object, sha256: became };
  if (rows.length > 0) await mergeRows(tx, table, page, rows);
  const around = hull(spans);
  await tx`
    update market_data.coverage set sha256 = ${became}, fetched_at = ${new Date(now)}
    where ${ofSeries(tx, series)} and state = 'have' and object = ${object} and sha256 = ${was}
      and lower(span) < ${new Date(around?.end ?? 0)} and upper(span) > ${new Date(around?.start ?? 0)}`;
  await tx`
    insert into market_data.row_changes
      (source, symbol, timeframe, time, was, became, object, sha256_was, sha256_became, changed_at)
    select ${series.source}, ${series.symbol}, ${series.timeframe}, c.time, nullif(c.was, 'null'), nullif(c.became, 'null'),
      ${object}, ${was}, ${became}, ${new Date(now)}
    from jsonb_to_recordset(${tx.json(rowsOf(changes) as never)})
      as c (time timestamptz, was jsonb, became jsonb)`;
  // The hash is part of the name: an object may be published anew more than once.
  const finding = {
    kind: 'object-republished',
    detail: { object, sha256Was: was, sha256Became: became, rows: changes.length },
  };
  const author = { jobId: 'watch-archives', chunk: seriesLabel(series), at: now };
  await insertFindings(tx, { series, findings: [finding], object: `${object}#${became}` }, author);
}

const rowsOf = (changes: Renewal['changes']) => changes.map((c) => ({ ...c, time: iso(c.time) }));

const NONE = { length: 0, times: new Float64Array(), columns: [] };
