import type { Page } from '../../../core/ledger/coverage.ts';
import { iso } from '../../../core/time/time.ts';
import type { Transaction } from '../../postgres/postgres.ts';
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
