import type { SeriesStore } from '../../core/ledger/ports.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { TableSpec } from '../../core/series/table.ts';
import type { Clock } from '../../core/time/time.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';
import { commitPages } from './commit-pages.ts';
import { commitSeveral } from './commit-several.ts';
import { listingIn, saveListing } from './lives.ts';
import { isPurged, readMissing, readMissingOf } from './spans/read-ledger.ts';
import { lockMonths, noteFailed } from './spans/write-spans.ts';
import { closeJob } from './upkeep/compact.ts';

export interface StoreOptions {
  /** returns the table of a source's rows. @throws GordonError `unknown-source` */
  readonly tables: (source: string) => TableSpec;
  readonly clock: Clock;
}

/**
 * Rows and ledger in PostgreSQL; TimescaleDB is used in the same way. The session must be able to write: see `connect`.
 * Failures are GordonErrors, `RetryableStoreError` where a retry may help.
 */
export function createSeriesStore(sql: Sql, { tables, clock }: StoreOptions): SeriesStore {
  return {
    missing: (series, requested) => guarded(series, () => readMissing(sql, series, requested, clock())),

    missingOf: (series, requested) =>
      guarded(several(series), () => readMissingOf(sql, series, requested, clock())),

    async commit(pages, by) {
      const [first] = pages;
      if (!first) return 0;
      const table = tables(first.series.source);
      const isOne = pages.every(({ series }) => series.symbol === first.series.symbol);
      const write = isOne ? commitPages : commitSeveral;
      const subject = isOne ? first.series : by.chunk;
      const written = await guarded(subject, () => write(sql, table, pages, { ...by, at: clock() }));
      for (const { rows } of pages) rows.release?.();
      return written;
    },

    rowsBy: (jobId, chunk) =>
      guarded(chunk, async () => {
        const [row] = await sql<{ rows: number }[]>`
          select coalesce(sum(rows), 0)::int8 as rows from market_data.coverage
          where job_id = ${jobId} and chunk = ${chunk} and state = 'have'`;
        return row?.rows ?? 0;
      }),

    secure: (jobId) =>
      guarded(`job ${jobId}`, () =>
        sql.begin(async (tx) => {
          // Pages are committed without waiting for the disk; one commit that waits makes all earlier ones durable.
          await tx`set local synchronous_commit = on`;
          await tx`insert into market_data.meta (key, value) values ('secured-by', ${tx.json(jobId)})
            on conflict (key) do update set value = excluded.value`;
          const [row] = await tx<{ rows: number }[]>`
            select coalesce(sum(rows), 0)::int8 as rows from market_data.coverage
            where job_id = ${jobId} and state = 'have'`;
          return row?.rows ?? 0;
        }),
      ),

    close: (jobId) => guarded(`job ${jobId}`, () => closeJob(sql, jobId, clock())),

    listing: (series) => guarded(series, () => listingIn(sql, series)),

    saveListing: (series, listing, lookedAt) =>
      guarded(series, () => saveListing(sql, series, listing, lookedAt)),

    markFailed: (chunk, jobId, error) =>
      guarded(chunk, () =>
        sql.begin(async (tx) => {
          const span = { start: chunk.start, end: chunk.end };
          await lockMonths(tx, chunk, [span]);
          if (await isPurged(tx, chunk)) return;
          await noteFailed(tx, chunk, span, error, { jobId, chunk: chunk.label, at: clock() });
        }),
      ),
  };
}

/** Several series as the subject of an error. */
export const several = ([first, ...others]: readonly Series[]): string =>
  first
    ? seriesLabel(others.length > 0 ? { ...first, symbol: `${first.symbol}+${others.length}` } : first)
    : 'no series';
