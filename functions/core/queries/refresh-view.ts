import * as z from 'zod';
import { AGGREGATES, type Aggregate, type AggregateStore, type Window } from '../aggregates/aggregates.ts';
import { badRequest, parseInput } from '../errors/bad-request.ts';
import { Instant, type Shape } from '../time/fields.ts';
import type { Range } from '../time/range.ts';
import { type Clock, ceilTo, DAY, floorTo, iso, isoOrNull, SECOND } from '../time/time.ts';
import { Time } from './fields.ts';
import { requireInstant } from './requested.ts';

const NAMES = AGGREGATES.map(({ name }) => name) as [string, ...string[]];

/** The body of `POST /backfill/aggregates/refresh`: one aggregate and a window; null is no bound. */
export const RefreshViewBody = z.strictObject({
  view: z.enum(NAMES),
  start: Time.nullable(),
  end: Time.nullable(),
});

export interface ViewRefresh {
  readonly aggregate: Aggregate;
  readonly window: Window;
}

/**
 * Parses a refresh. As in TimescaleDB, only the whole buckets of the window are refreshed.
 * @throws GordonError `invalid-request`, `invalid-time`, `empty-range`, `window-too-small`
 */
export function readRefresh(body: unknown): ViewRefresh {
  const given = parseInput(RefreshViewBody, body, 'the body');
  const aggregate = AGGREGATES.find(({ name }) => name === given.view)!;
  const start = requireInstant(given.start ?? undefined, 'start') ?? null;
  const end = requireInstant(given.end ?? undefined, 'end') ?? null;
  if (start !== null && end !== null && start >= end) {
    throw badRequest('empty-range', 'the window', `start ${given.start} must lie before end ${given.end}.`);
  }
  const window = {
    start: start === null ? null : ceilTo(start, aggregate.width),
    end: end === null ? null : floorTo(end, aggregate.width),
  };
  if (window.start === null || window.end === null || window.start < window.end) return { aggregate, window };
  const message = `refresh window too small: ${given.start} to ${given.end} has no whole bucket of ${given.view}.`;
  throw badRequest('window-too-small', 'the window', message);
}

/** The window of a refresh, for all symbols: reading that many 5-minute rows takes a second or two. A multiple of every bucket. */
const PIECE = 30 * DAY;

/** Time after which no further piece is begun: an answer has 29 s, and the last piece may take a while. */
const BUDGET = 10 * SECOND;

export const ViewRefreshed = z
  .object({
    view: z.string(),
    start: Instant.nullable().meta({
      description: 'the first bucket that was refreshed; null: from the first on',
    }),
    end: Instant.nullable().meta({ description: 'up to here; null: to the open bucket' }),
    next: Instant.nullable().meta({
      description: 'where to go on: a call does what it can in a few seconds',
    }),
  })
  .meta({ id: 'ViewRefreshed' });
export type ViewRefreshed = Shape<typeof ViewRefreshed>;

/** Refreshes a window of one aggregate piece by piece, as far as one call has time for. */
export async function refreshView(
  { aggregates, clock }: { readonly aggregates: AggregateStore; readonly clock: Clock },
  { aggregate, window }: ViewRefresh,
): Promise<ViewRefreshed> {
  const began = clock();
  let next: number | null = null;
  for (const piece of splitWindow(window, await aggregates.extent())) {
    if (clock() - began > BUDGET) {
      next = piece.start;
      break;
    }
    await aggregates.refreshWindow(aggregate.name, piece);
  }
  return {
    view: aggregate.name,
    start: isoOrNull(window.start),
    end: next === null ? isoOrNull(window.end) : iso(next),
    next: isoOrNull(next),
  };
}

/**
 * Splits a window into pieces that meet at the start of a day. What lies before the first row or after the last one has little
 * work and belongs to the piece next to it.
 */
export function splitWindow({ start, end }: Window, extent: Range | undefined): Window[] {
  const cuts: number[] = [];
  if (extent) {
    const first = Math.max(start ?? extent.start, extent.start);
    const last = Math.min(end ?? extent.end, extent.end);
    for (let cut = floorTo(first, DAY) + PIECE; cut < last; cut += PIECE) cuts.push(cut);
  }
  const bounds = [start, ...cuts, end];
  return bounds.slice(1).map((to, i) => ({ start: bounds[i] ?? null, end: to }));
}
