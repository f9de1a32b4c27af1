import type { PlannedChunk } from '../ledger/plan.ts';
import {
  type ArchiveTier,
  type Listing,
  livesOf,
  longestRequest,
  offeredRanges,
  type PagesTier,
  pageRequests,
  reachOf,
  type SnapshotTier,
  type Source,
} from '../series/source.ts';
import { periodsFor } from '../series/tiers/object-reach.ts';
import { wantedFromObject } from '../series/tiers/wanted-from-object.ts';
import type { HttpRequest, LimitFamily } from '../series/venue.ts';
import { clip, hull, intersect, measure, type RangeSet, subtract, union } from '../time/range.ts';
import { ceilTo, floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';

/** Requests of one limit family that a chunk will send. */
export interface VenueRequests {
  /** of a limit family, or of a venue that publishes no limit */
  readonly scope: string;
  readonly family: LimitFamily | undefined;
  requests: number;
  weight: number;
}

export interface ChunkEstimate {
  readonly requests: readonly VenueRequests[];
  /** objects and pages, which are fetched one after the other */
  readonly fetches: number;
  readonly rows: number;
}

export interface EstimateOptions {
  readonly now: number;
  /** the symbol's life, where it is known */
  readonly listing?: Listing | undefined;
  /** of rows off the grid: how much time one stands for, where some were measured; ms */
  readonly msPerRow?: number | undefined;
  /** paths of objects that a sibling of the same order brings */
  readonly read?: Set<string>;
}

/**
 * The requests that fetching a chunk takes when every file is where it should be, from the source's tiers alone. Nothing is sent,
 * so holes, damaged files and repeated requests are not in it.
 */
export function estimateChunk(
  source: Source,
  { chunk, missing }: PlannedChunk,
  options: EstimateOptions,
): ChunkEstimate {
  const tally = new Tally();
  const step = stepOf(chunk.timeframe);
  const perRow = options.msPerRow ?? msPerRow(source, step);
  const given = offeredRanges(source, missing);
  let left = options.listing ? intersect(given, livesOf(options.listing)) : given;
  let covered: RangeSet = [];
  for (const tier of source.tiers) {
    const before = left;
    if (tier.kind === 'archive') left = subtract(left, objects(source, tier, chunk, left, options, tally));
    else if (tier.kind === 'pages')
      left = subtract(left, pages(tier, chunk, left, options.now, perRow, tally));
    else left = subtract(left, snapshot(tier, chunk, left, options.now, tally));
    covered = union(covered, subtract(before, left));
  }
  return {
    requests: tally.requests,
    fetches: tally.fetches,
    rows: Math.ceil(measure(covered) / perRow),
  };
}

/** How much time a row stands for. */
function msPerRow({ table, longestSilenceMs, rowsPerStep = 1 }: Source, step: number): number {
  return table.cadence === 'irregular' ? (longestSilenceMs ?? step / rowsPerStep) : step;
}

function objects(
  source: Pick<Source, 'tiers' | 'settleMs'>,
  tier: ArchiveTier,
  chunk: PlannedChunk['chunk'],
  left: RangeSet,
  { now, read }: EstimateOptions,
  tally: Tally,
): RangeSet {
  const around = hull(left);
  let brought: RangeSet = [];
  const step = stepOf(chunk.timeframe);
  for (const period of around ? periodsFor(tier, around, step) : []) {
    // A step that two objects may hold counts for the earlier one.
    const wanted = subtract(wantedFromObject(source, tier, period, left, now, step), brought);
    if (wanted.length === 0) continue;
    const { file, checksum } = tier.object(chunk, period);
    brought = union(brought, wanted);
    if (read?.has(file.path)) continue;
    read?.add(file.path);
    tally.add(file, checksum ? 2 : 1);
    tally.fetches += 1;
  }
  return brought;
}

function pages(
  tier: PagesTier,
  chunk: PlannedChunk['chunk'],
  left: RangeSet,
  now: number,
  perRow: number,
  tally: Tally,
): RangeSet {
  const step = stepOf(chunk.timeframe);
  const reach = reachOf(tier, step);
  const reached = reach === undefined ? Number.NEGATIVE_INFINITY : ceilTo(now - reach, step);
  const within = clip(left, { start: reached, end: Number.POSITIVE_INFINITY });
  // A page holds a fixed number of events, however far apart they are.
  for (const range of within) {
    const pageMs = Math.min(longestRequest(tier, perRow), tier.cursor?.longestMs ?? Number.POSITIVE_INFINITY);
    const full = Number.isFinite(pageMs) ? Math.max(Math.ceil((range.end - range.start) / pageMs) - 1, 0) : 0;
    const whole = { start: range.start, end: Math.min(range.start + pageMs, range.end) };
    const rest = { start: range.start + (full > 0 ? full * pageMs : 0), end: range.end };
    for (const request of pageRequests(tier, chunk, whole, now)) tally.add(request, full);
    for (const request of pageRequests(tier, chunk, rest, now)) tally.add(request, 1);
    tally.fetches += full + 1;
  }
  return within;
}

function snapshot(
  tier: SnapshotTier,
  chunk: PlannedChunk['chunk'],
  left: RangeSet,
  now: number,
  tally: Tally,
): RangeSet {
  const step = stepOf(chunk.timeframe);
  const at = floorTo(now, step);
  const current = intersect(left, [{ start: at, end: at + step }]);
  if (current.length === 0) return [];
  for (const request of tier.requests(chunk)) tally.add(request, 1);
  tally.fetches += 1;
  return current;
}

class Tally {
  readonly requests: VenueRequests[] = [];
  fetches = 0;

  add({ venue, family, weight = 1 }: HttpRequest, requests: number): void {
    if (requests === 0) return;
    const scope = family?.id ?? venue.id;
    let entry = this.requests.find((one) => one.scope === scope);
    if (!entry) {
      entry = { scope, family, requests: 0, weight: 0 };
      this.requests.push(entry);
    }
    entry.requests += requests;
    entry.weight += requests * weight;
  }
}
