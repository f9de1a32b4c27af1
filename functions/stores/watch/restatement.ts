import type { Page } from '../../core/ledger/coverage.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Finding } from '../../core/series/source.ts';
import { NO_ROWS, type TableSpec } from '../../core/series/table.ts';
import { hull } from '../../core/time/range.ts';
import { iso } from '../../core/time/time.ts';
import type { Restatement } from '../../core/verify/archive-watch.ts';
import { mergeRows } from '../copy/staging.ts';
import { insertFindings } from '../ledger/spans/findings.ts';
import { isPurged } from '../ledger/spans/read-ledger.ts';
import { markRows } from '../ledger/spans/sums.ts';
import { lockMonths } from '../ledger/spans/write-spans.ts';
import { ofSeries } from '../postgres/fragments.ts';
import type { Transaction } from '../postgres/postgres.ts';

/**
 * Replaces rows that the venue now serves with other values, keeps the former values, and notes a finding: for archive objects
 * and for answers alike. An object's new hash is entered into the ledger.
 * @returns changes that were entered; an answer in which a row is still missing is not a new change
 */
export async function renew(
  tx: Transaction,
  series: Series,
  restatement: Restatement,
  table: TableSpec,
  now: number,
): Promise<number> {
  const { object, was, became, spans, rows } = restatement;
  await lockMonths(tx, series, spans);
  if (await isPurged(tx, series)) return 0;
  const page: Page = { series, rows: NO_ROWS, have: [], empty: [], findings: [], object };
  if (rows.length > 0) {
    await mergeRows(tx, table, page, rows);
    await markRows(tx, series, spans);
  }
  if (was !== undefined && became !== undefined) await enterHash(tx, series, restatement, was, became, now);
  const entered = await enterChanges(tx, series, restatement, now);
  if (entered === 0 && became === undefined) return 0;
  await insertFindings(tx, { series, ...noteOf(restatement, entered, now) }, authorOf(series, became, now));
  return entered;
}

async function enterHash(
  tx: Transaction,
  series: Series,
  { object, spans }: Restatement,
  was: string,
  became: string,
  now: number,
): Promise<void> {
  const around = hull(spans);
  await tx`
    update market_data.coverage set sha256 = ${became}, fetched_at = ${new Date(now)}
    where ${ofSeries(tx, series)} and state = 'have' and object = ${object} and sha256 = ${was}
      and lower(span) < ${new Date(around?.end ?? 0)} and upper(span) > ${new Date(around?.start ?? 0)}`;
}

async function enterChanges(
  tx: Transaction,
  { source, symbol, timeframe }: Series,
  { object, was, became, changes }: Restatement,
  now: number,
): Promise<number> {
  const rows = changes.map((change) => ({ time: iso(change.time), was: change.was, became: change.became }));
  const entered = await tx`
    insert into market_data.row_changes
      (source, symbol, timeframe, time, was, became, object, sha256_was, sha256_became, changed_at)
    select ${source}, ${symbol}, ${timeframe}, c.time, nullif(c.was, 'null'), nullif(c.became, 'null'),
      ${object}, ${was ?? null}, ${became ?? null}, ${new Date(now)}
    from jsonb_to_recordset(${tx.json(rows as never)}) as c (time timestamptz, was jsonb, became jsonb)
    -- An answer has no hash that would show a withdrawal to be the one of the last run.
    where ${became ?? null}::text is not null or nullif(c.became, 'null') is not null or not exists (
      select 1 from market_data.row_changes known
      where known.source = ${source} and known.symbol = ${symbol} and known.timeframe = ${timeframe}
        and known.time = c.time and known.became is null and known.was = c.was)`;
  return entered.count;
}

/** The hash or the instant is part of the name, because the same object may be restated more than once. */
function noteOf({ object, was, became, changes }: Restatement, rows: number, now: number) {
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
