import type { PurgingCatalog } from '../../core/ledger/ports.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';
import { readPaces } from './paces.ts';
import { report, requestedSeries, tails } from './report.ts';
import { endWithdrawn, request, settleRequests, unfollow, withdrawRequests } from './requests.ts';
import { type StoreOptions, several } from './series-store.ts';
import { readMissing, readMissingOf, readRequested } from './spans/read-ledger.ts';
import { forgetSeries, purgeRows } from './upkeep/purge.ts';
import { countRows, reconcile } from './upkeep/reconcile.ts';
import { recount } from './upkeep/recount.ts';
import { retentionRules, retire, setRetention } from './upkeep/retention.ts';

/** The catalogue of series in PostgreSQL. It throws the same errors as the series store; `report` works in a read-only session. */
export function createSeriesCatalog(sql: Sql, { tables, clock }: StoreOptions): PurgingCatalog {
  return {
    request: (series, range, by) => guarded(series, () => request(sql, [series], range, clock(), by)),

    requestAll: (series, range, by) =>
      guarded(several(series), () => request(sql, series, range, clock(), by)),

    unfollow: (series) => guarded(series, () => unfollow(sql, series, clock())),

    purge: (series, forMs) =>
      guarded(series, () => purgeRows(sql, tables(series.source), series, clock, forMs)),

    forget: (series) => guarded(series, () => forgetSeries(sql, tables(series.source), series)),

    withdraw: (jobId) => guarded(`job ${jobId}`, () => withdrawRequests(sql, jobId)),

    settle: (jobId, status) =>
      guarded(`job ${jobId}`, () =>
        status === 'cancelled' ? endWithdrawn(sql, jobId) : settleRequests(sql, jobId, clock()),
      ),

    requested: (series) => guarded(series, () => readRequested(sql, series)),

    missing: (series, requested, provenAt) =>
      guarded(series, () => readMissing(sql, series, requested, clock(), provenAt)),

    missingOf: (series, requested, provenAt) =>
      guarded(several(series), () => readMissingOf(sql, series, requested, clock(), provenAt)),

    reconcile: (series, range) =>
      guarded(series, () => reconcile(sql, tables(series.source), series, range, clock())),

    retention: () => guarded('retention', () => retentionRules(sql)),

    setRetention: (source, rule) => guarded(source, () => setRetention(sql, source, rule, clock())),

    retire: (series) => guarded(series, () => retire(sql, series, clock())),

    recount: (budgetMs, filter = {}) =>
      guarded('the rows that were deleted', () => recount(sql, tables, clock, budgetMs, filter)),

    audited: (series) =>
      guarded(several(series), async () => {
        const names = series.map(({ source, symbol, timeframe }) => ({ source, symbol, timeframe }));
        await sql`
          update market_data.series s set audited_at = ${new Date(clock())}
          from jsonb_to_recordset(${sql.json(names)}) a (source text, symbol text, timeframe text)
          where s.source = a.source and s.symbol = a.symbol and s.timeframe = a.timeframe`;
      }),

    count: (series, range) => guarded(series, () => countRows(sql, tables(series.source), series, range)),

    series: (filter) => guarded('the series', () => requestedSeries(sql, filter)),

    report: (filter) => guarded('report', () => report(sql, tables, filter)),

    tails: (lastOf) => guarded('the ends of the series', () => tails(sql, tables, lastOf)),

    paces: (source, timeframe) => guarded(source, () => readPaces(sql, source, timeframe)),
  };
}
