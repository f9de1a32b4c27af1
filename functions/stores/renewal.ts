import type { Renewal } from '../core/archive-watch.ts';
import type { Page } from '../core/coverage.ts';
import { hull } from '../core/range.ts';
import { type Series, seriesLabel } from '../core/series.ts';
import type { Finding } from '../core/source.ts';
import type { TableSpec } from '../core/table.ts';
import { iso } from '../core/time.ts';
import { insertFindings } from './findings.ts';
import { isPurged, lockMonths } from './ledger.ts';
import type { Transaction } from './postgres.ts';
import { mergeRows } from './staging.ts';

/**
 * Replaces rows that the venue has otherwise now, keeps what they were, and notes a finding: for objects of archives and for
 * answers alike. An object's new hash is entered into the ledger.
 * @returns changes that were entered; that an answer still lacks a row is no new one
 */
export async function renew(
  tx: Transaction,
  series: Series,
  renewal: Renewal,
  table: TableSpec,
  now: number,
): Promise<number> {
  const { object, was, became, spans, rows } = renewal;
  await lockMonths(tx, series, spans);
  if (await isPurged(tx, series)) return 0;
  const page: Page = { series, rows: NONE, have: [], empty: [], findings: [], object };
  if (rows.length > 0) await mergeRows(tx, table, page, rows);
  if (was !== undefined && became !== undefined) await enterHash(tx, series, renewal, was, became, now);
  const entered = await enterChanges(tx, series, renewal, now);
  if (entered === 0 && became === undefined) return 0;
  await insertFindings(tx, { series, ...noteOf(renewal, entered, now) }, authorOf(series, became, now));
  return entered;
}

async function enterHash(
  tx: Transaction,
  { source, symbol, timeframe }: Series,
  { object, spans }: Renewal,
  was: string,
  became: string,
  now: number,
): Promise<void> {
  const around = hull(spans);
  await tx`
    update market_data.coverage set sha256 = ${became}, fetched_at = ${new Date(now)}
    where source = ${source} and symbol = ${symbol} and timeframe = ${timeframe}
      and state = 'have' and object = ${object} and sha256 = ${was}
      and lower(span) < ${new Date(around?.end ?? 0)} and upper(span) > ${new Date(around?.start ?? 0)}`;
}

async function enterChanges(
  tx: Transaction,
  { source, symbol, timeframe }: Series,
  { object, was, became, changes }: Renewal,
  now: number,
): Promise<number> {
  const rows = changes.map((change) => ({ time: iso(change.time), was: change.was, became: change.became }));
  const entered = await tx`
    insert into market_data.row_changes
      (source, symbol, timeframe, time, was, became, object, sha256_was, sha256_became, changed_at)
    select ${source}, ${symbol}, ${timeframe}, c.time, nullif(c.was, 'null'), nullif(c.became, 'null'),
      ${object}, ${was ?? null}, ${became ?? null}, ${new Date(now)}
    from jsonb_to_recordset(${tx.json(rows as never)}) as c (time timestamptz, was jsonb, became jsonb)
    -- An answer has no hash by which a withdrawal could be seen to be the one of the last turn.
    where ${became ?? null}::text is not null or nullif(c.became, 'null') is not null or not exists (
      select 1 from market_data.row_changes known
      where known.source = ${source} and known.symbol = ${symbol} and known.timeframe = ${timeframe}
        and known.time = c.time and known.became is null and known.was = c.was)`;
  return entered.count;
}

/** The hash or the instant is part of the name: the same may be restated more than once. */
function noteOf({ object, was, became, changes }: Renewal, rows: number, now: number) {
  const ofObject: Finding = {
    kind: 'object-republished',
    detail: { object, sha256Was: was ?? '', sha256Became: became ?? '', rows },
  };
  if (became !== undefined) return { findings: [ofObject], object: `${object}#${became}` };
  const times = changes.map(({ time }) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)].map(iso) as [string, string];
  const ofAnswer: Finding = { kind: 'history-restated', detail: { object, rows, from, to } };
  return { findings: [ofAnswer], object: `${object} at ${iso(now)}` };
}

const authorOf = (series: Series, hash: string | undefined, at: number) => ({
  jobId: hash === undefined ? 'watch-histories' : 'watch-archives',
  chunk: seriesLabel(series),
  at,
});

const NONE = { length: 0, times: new Float64Array(), columns: [] };
