import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import type { Host } from '../../host/host.ts';
import { empty } from '../empty.ts';

/** A job for one series, without an execution: the benchmark fetches its chunks. @returns its id */
export async function enterJob(
  { services }: Host,
  { source, symbol, timeframe }: Series,
  { start, end }: Range,
): Promise<string> {
  const { job } = await services.jobs.create({
    source: 'klines',
    sources: [source],
    symbols: [symbol],
    skipped: [],
    timeframe,
    from: start,
    to: end,
    alsoRequested: false,
  });
  return job.id;
}

/** What the state machine sends to `fetch-chunk`. @param name of the period */
export const eventOf = (jobId: string, series: Series, name: string, { start, end }: Range): object => ({
  jobId,
  wave: 1,
  resume: { since: 0, withoutArchive: false },
  chunk: { ...series, label: `${seriesLabel(series)} ${name}`, start, end },
});

export async function emptyTables({ databaseUrl }: Host): Promise<void> {
  const sql = connect(databaseUrl, { max: 1 });
  try {
    await empty(sql);
  } finally {
    await sql.end();
  }
}
