import { GordonError } from '../errors/errors.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Finding } from '../series/source.ts';
import type { Batch } from '../series/table.ts';
import {
  clip,
  intersect,
  normalize,
  type Range,
  type RangeSet,
  runsOf,
  subtract,
  union,
} from '../time/range.ts';
import { iso } from '../time/time.ts';
import { stepOf, type Timeframe } from '../time/timeframe.ts';

/**
 * What must hold whenever a page is committed and whenever a job ends, whatever a venue sends. Where one does not hold, the program
 * itself is at fault, or another program wrote to its tables: nothing is written then, and what was to be written is a gap with this cause.
 */
export const INVARIANTS = {
  'rows-counted': 'the table has as many rows in a span as the account says',
  'no-proof-over-rows': 'no span is proven empty where there are rows',
  'no-overlap': 'spans of a series never overlap',
  'every-instant': 'each instant of a file has, for every sibling, a row or a finding about it',
  'no-gap-after-success': 'a job that succeeded has no gap',
} as const;
export type Invariant = keyof typeof INVARIANTS;

export interface Breach {
  readonly invariant: Invariant;
  readonly span: Range;
  /** what was found instead, as half a sentence: `60 rows in the account, 59 in the table` */
  readonly found: string;
}

export const BROKEN_INVARIANT = 'broken-invariant';

/** The violation as text, for a gap's error. */
export const inWords = ({ invariant, span, found }: Breach): string =>
  `${INVARIANTS[invariant]}, but from ${iso(span.start)} to ${iso(span.end)}: ${found}`;

/** Never retried: the same page breaks the same invariant. */
export const brokenInvariant = (series: Series, breach: Breach): GordonError =>
  new GordonError({
    code: BROKEN_INVARIANT,
    subject: seriesLabel(series),
    message: `${inWords(breach)}. Nothing of it was written.`,
    remedy: `Count it again with \`gordon-data backfill audit --source ${series.source}\`, and see the runbook, "Broken invariants".`,
  });

/** The first instant at which two spans overlap, up to where they do; undefined: none do. */
export function overlapIn(spans: Iterable<Range>): Range | undefined {
  let end = Number.NEGATIVE_INFINITY;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < end) return { start: span.start, end: Math.min(span.end, end) };
    end = span.end;
  }
  return undefined;
}

/** What one source has of a file: its rows, and what was odd. */
export interface Content {
  readonly batch: Pick<Batch, 'length' | 'times'>;
  readonly findings: readonly Finding[];
}

/**
 * Instants that a file has for one of its sources and neither a row nor a finding for another, by the other's id.
 * @param content by source
 * @param sources all sources that the file covers: one without any row in it is missing every instant
 */
export function unansweredIn(
  content: Readonly<Record<string, Content>>,
  sources: readonly string[],
  timeframe: Timeframe,
): { readonly source: string; readonly at: RangeSet }[] {
  const all = Object.values(content);
  const [first] = all;
  // Nearly always: every source has a row at each instant of the file.
  const complete = sources.every((source) => {
    const own = content[source]?.batch;
    return own !== undefined && first !== undefined && sameTimes(own.times, first.batch.times);
  });
  if (complete) return [];
  const step = stepOf(timeframe);
  const instants = all.reduce<RangeSet>((set, { batch }) => union(set, runsOf(batch.times, step)), []);
  return sources.flatMap((source) => {
    const { batch, findings } = content[source] ?? { batch: { times: new Float64Array() }, findings: [] };
    const found = normalize(
      findings.flatMap(({ time, until }) =>
        time === undefined ? [] : [{ start: time, end: Math.max(until ?? 0, time + step) }],
      ),
    );
    const at = subtract(subtract(instants, runsOf(batch.times, step)), found);
    return at.length > 0 ? [{ source, at }] : [];
  });
}

function sameTimes(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Ranges of a job that the report shows as a gap although the ledger has none: two counts of the same thing that differ.
 * @param due what was ordered and the venue has had time to publish
 */
export const gapsAfterSuccess = (due: RangeSet, gaps: readonly Range[]): RangeSet =>
  intersect(due, normalize(gaps.flatMap((gap) => clip(due, gap))));
