import { settledEnd } from '../../functions/core/series/borders.ts';
import type { Series } from '../../functions/core/series/series.ts';
import { DAY, HOUR, iso } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import { canonicalLine } from '../../functions/core/verify/canonical.ts';
import type { TrueRow } from '../engine/venue.ts';
import type { Span } from '../memory/ledger/warehouse.ts';
import type { World } from '../world/world.ts';
import { words } from './ledger.ts';

/** Told one by one of each series; all are counted. */
const TOLD = 3;

/** A row that the venue forgets must have been on offer for so long while we were up. */
const CHANCE = DAY;

/** What holds after a quiet period: all that the venue has is there, and nothing else. @returns breaches in words */
export function checkComplete(world: World): string[] {
  return world.series.flatMap((series) => checkSeries(world, series));
}

function checkSeries({ warehouse, venue, scheduler, orderedFrom, clock }: World, series: Series): string[] {
  const now = scheduler.now() + clock.skew;
  const source = venue.sources[series.source]!;
  const step = stepOf(series.timeframe);
  const due = settledEnd(source, step, now);
  const range = { start: orderedFrom, end: now };
  const truth = venue.truth.rows(series, range);
  const byTime = new Map(truth.map((row) => [row.time, row]));
  const { spans } = warehouse.book(series);
  const stored = warehouse.rows.within(series, range);
  const there = new Set(stored.map(({ time }) => time));
  const isSnapshot = source.tiers[0]?.kind === 'snapshot';
  const lost = truth.filter(
    (row) =>
      row.time + (source.instants ? 0 : step) <= due &&
      !there.has(row.time) &&
      isDue(row, now, orderedFrom) &&
      !isExcused(row, spans),
  );
  const foreign = isSnapshot && truth.length === 0 ? [] : stored.filter(({ time }) => !byTime.has(time));
  const other = stored.filter(({ time, cells }) => {
    const row = byTime.get(time);
    return row !== undefined && !row.lines.includes(canonicalLine(source.table, cells));
  });
  return [
    ...some(
      series,
      'is missing',
      lost.map(({ time }) => `${iso(time)} (${accountOf(spans, time)})`),
      lost[0]?.time,
    ),
    ...some(
      series,
      'never was at the venue',
      foreign.map(({ time }) => iso(time)),
      foreign[0]?.time,
    ),
    ...some(
      series,
      'differs from every edition of the venue',
      other.map(({ time }) => iso(time)),
      other[0]?.time,
    ),
  ];
}

function isDue({ from, until }: TrueRow, now: number, since: number): boolean {
  if (until > now) return from < now - HOUR;
  return until - Math.max(from, since) > CHANCE;
}

/** Proven empty before the venue had it, and the proof is not due to be renewed; or nobody keeps it. */
const isExcused = ({ time, from }: TrueRow, spans: readonly Span[]): boolean =>
  spans.some(
    ({ state, reason, start, end, fetchedAt }) =>
      state === 'empty' &&
      start <= time &&
      time < end &&
      (reason === 'retired' ||
        (fetchedAt < from && (reason === 'venue-outage' || reason === 'not-published'))),
  );

function accountOf(spans: readonly Span[], time: number): string {
  const span = spans.find(({ start, end }) => start <= time && time < end);
  return span ? `${span.state} ${span.reason ?? ''} since ${iso(span.fetchedAt)}` : 'no account';
}

const some = (series: Series, what: string, which: readonly string[], at: number | undefined): string[] =>
  at === undefined
    ? []
    : [words(series, `${which.length} rows: ${what}: ${which.slice(0, TOLD).join(', ')}`, at)];
