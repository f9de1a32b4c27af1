import { GordonError } from '../errors/errors.ts';
import type { FetchContext, VenuePorts } from '../fetch/fetch-context.ts';
import type { VenueClient } from '../fetch/ports.ts';
import type { SeriesStore } from '../ledger/ports.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';
import { contains, intersect } from '../time/range.ts';
import { HOUR } from '../time/time.ts';
import { fetchAgain } from '../verify/fetched-rows.ts';
import type { HistoryWatch, WatchedHistory } from '../verify/history-watch.ts';
import { spansForTurn } from '../verify/portion.ts';
import type { StoredRows } from '../verify/ports.ts';
import { differing } from '../verify/restated.ts';
import { RUN_BUDGET, type RunSummary, runDue } from './run-due.ts';

export interface HistoryPorts extends VenuePorts {
  readonly histories: HistoryWatch;
  readonly store: Pick<SeriesStore, 'listing'>;
  readonly stored: StoredRows;
  readonly sources: Sources;
}

export interface HistoryResult extends RunSummary {
  /** requests that the run sent */
  readonly requests: number;
  /** rows of the venue that were compared with stored ones */
  readonly compared: number;
  /** series with rows that the venue restated */
  readonly restated: number;
  /** restated rows that were not known before */
  readonly rows: number;
}

const MOST_SERIES = 1_000;
/** Time between two comparisons of a series. The schedule runs more often, for those that had to wait. */
const EVERY = 23 * HOUR;

/**
 * Compares stored answers of venues with what the venues answer now, for sources whose venue restates past days: the newest
 * months in each run, and a share of the older ones, so that each of them is compared after some runs. Rows that differ are
 * replaced, and their former values are kept.
 */
export async function watchHistories(ports: HistoryPorts): Promise<HistoryResult> {
  const tally = { requests: 0, compared: 0, restated: 0, rows: 0 };
  const { archive, clock, histories, store, stored, sources } = ports;
  const venue = counting(ports.venue, () => (tally.requests += 1));
  const counted: HistoryPorts = { venue, archive, clock, histories, store, stored, sources };
  const restating = Object.values(ports.sources).filter(({ restates }) => restates !== undefined);
  const until = ports.clock() + RUN_BUDGET;
  const due = await ports.histories.due(
    restating.map(({ id }) => id),
    ports.clock() - EVERY,
    MOST_SERIES,
  );
  const runs: RunSummary[] = [];
  // Source by source: one venue that is rate limited does not stop the others.
  for (const group of Map.groupBy(due, ({ series }) => series.source).values()) {
    const work = async ({ series, turn }: WatchedHistory): Promise<void> => {
      const found = await compareHistory(counted, ports.sources[series.source]!, series, turn);
      tally.compared += found.compared;
      tally.rows += found.rows;
      if (found.rows > 0) tally.restated += 1;
    };
    const done = ({ series }: WatchedHistory, ok: boolean) => ports.histories.watched(series, ok);
    runs.push(await runDue(ports.clock, until, group, work, done));
  }
  const stopped = runs.flatMap((run) => run.stopped ?? []).join('; ');
  const series = runs.reduce((sum, run) => sum + run.series, 0);
  return { series, ...tally, ...(stopped && { stopped }) };
}

const counting = ({ get }: VenueClient, answered: () => void): VenueClient => ({
  get: async (request) => {
    const answer = await get(request);
    answered();
    return answer;
  },
});

async function compareHistory(
  ports: HistoryPorts,
  source: Source,
  series: Series,
  turn: number,
): Promise<{ compared: number; rows: number }> {
  // Its archive is watched by its hashes, and may have fewer columns than the answers that the rows came from.
  const tiers = source.tiers.filter((tier) => tier.kind === 'pages');
  const answered = await ports.histories.answered(series);
  const missing = tiers[0]
    ? spansForTurn(tiers[0], source.restates!, series, answered, turn, ports.clock())
    : [];
  const listing = 'listedAt' in source.listing ? source.listing : await ports.store.listing(series);
  const context: FetchContext = {
    source: { ...source, tiers },
    series,
    sources: ports.sources,
    archives: 'required',
    listing: async () => listing,
  };
  const { rows, answered: served } = await fetchAgain(ports, context, missing).catch(
    (error: unknown): never => {
      // The other series are still compared; this one is not requested again before the next day.
      if (error instanceof GordonError && error.code === 'empty-answer') throw emptyHistory(series);
      throw error;
    },
  );
  const spans = intersect(served, answered);
  // Which request each came from, before the comparison uses the rows up.
  const objects = new Map([...rows.values()].map(({ time, object }) => [time, object]));
  const compared = [...objects.keys()].filter((time) => contains(spans, time)).length;
  if (spans.length > 0 && compared === 0) throw emptyHistory(series);
  const { changes, rows: replacing } = await differing(ports.stored, source, series, spans, rows);
  if (changes.length === 0) return { compared, rows: 0 };
  const object = objects.get(changes[0]!.time) ?? tiers[0]!.name;
  return {
    compared,
    rows: await ports.histories.restate(series, { object, spans, changes, rows: replacing }),
  };
}

/** More likely a fault of the venue than the end of a whole history, so nothing is recorded as withdrawn. */
const emptyHistory = (series: Series): GordonError =>
  new GordonError({
    code: 'empty-history',
    subject: seriesLabel(series),
    message: 'the venue has no row of spans that it answered once.',
  });
