import type { Page } from '../../../core/ledger/coverage.ts';
import type { FindingBook } from '../../../core/ledger/ports.ts';
import { type Clock, iso } from '../../../core/time/time.ts';
import { epochMs, ofSeries } from '../../postgres/fragments.ts';
import { guarded, type Sql, type Transaction } from '../../postgres/postgres.ts';
import type { Author } from './write-spans.ts';

/** A finding that is made again is stored once. */
export async function insertFindings(
  tx: Transaction,
  page: Pick<Page, 'series' | 'findings' | 'object'>,
  by: Author,
): Promise<void> {
  if (page.findings.length === 0) return;
  const rows = page.findings.map((f) => ({
    kind: f.kind,
    detail: f.detail,
    time: f.time === undefined ? null : iso(f.time),
    until: f.until === undefined ? null : iso(f.until),
  }));
  await tx`
    insert into market_data.findings
      (source, symbol, timeframe, kind, time, until, object, detail, job_id, found_at)
    select ${page.series.source}, ${page.series.symbol}, ${page.series.timeframe}, f.kind, f.time, f.until, ${page.object},
      f.detail, ${by.jobId}, ${new Date(by.at)}
    from jsonb_to_recordset(${tx.json(rows as never)})
      as f (kind text, time timestamptz, until timestamptz, detail jsonb)
    on conflict do nothing`;
}

/** @param sql a session of `gordon_writer` */
export const createFindingBook = (sql: Sql, clock: Clock): FindingBook => ({
  async settle(series, { kinds, range }, findings, { object, jobId }) {
    const made = findings.map(({ kind, time, until, detail }) => ({
      kind,
      time: time === undefined ? null : iso(time),
      until: until === undefined ? null : iso(until),
      detail,
    }));
    await guarded('findings', () =>
      sql.begin(async (tx) => {
        await tx`
          delete from market_data.findings f
          where ${ofSeries(tx, series)} and f.object = ${object} and f.kind in ${tx([...kinds])}
            and f.time >= ${new Date(range.start)} and f.time < ${new Date(range.end)}
            and not exists (
              select from jsonb_to_recordset(${tx.json(made as never)})
                as m (kind text, time timestamptz, until timestamptz, detail jsonb)
              where (m.kind, m.time, m.detail) = (f.kind, f.time, f.detail) and m.until is not distinct from f.until)`;
        await insertFindings(tx, { series, findings, object }, { jobId, chunk: object, at: clock() });
      }),
    );
  },

  async times(series, { kinds, object }, limit) {
    const rows = await guarded(
      'findings',
      () => sql<{ time: number }[]>`
        select ${epochMs(sql, sql`time`)} as time from market_data.findings
        where ${ofSeries(sql, series)} and object = ${object} and kind in ${sql([...kinds])} and time is not null
        order by market_data.findings.time desc limit ${limit}`,
    );
    return rows.map(({ time }) => time);
  },
});
