import { GordonError } from '../errors/errors.ts';
import type { Page } from '../ledger/coverage.ts';
import { settledEnd } from '../series/borders.ts';
import { offeredRanges, type Tier } from '../series/source.ts';
import { clip, hull, normalize, type RangeSet, subtract } from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import { fillFromArchive } from './archive/fill-from-archive.ts';
import { damagedIn, explainExpired } from './explain-expired.ts';
import type { FetchContext, VenuePorts } from './fetch-context.ts';
import { emptyPage, FetchProgress, type Progress, type TierInput, type TierRun } from './fetch-progress.ts';
import { fillFromPages } from './fill-from-pages.ts';
import { fillFromSnapshot } from './fill-from-snapshot.ts';

export interface Fetch {
  /** each can be committed by itself, so the consumer may stop after any of them */
  readonly pages: AsyncGenerator<Page>;
  /** follows the pages: what is missing when all that were read are committed */
  readonly progress: Progress;
}

/**
 * Fetches what is missing of a series from the source's tiers, best first: what one tier does not have falls to the
 * next, and what the last one does not have either is explained. No request is sent before the first page is read.
 */
export function fetchMissing(ports: VenuePorts, context: FetchContext, missing: RangeSet): Fetch {
  const progress = new FetchProgress(context.source.id, missing);
  return { pages: pagesOf(ports, context, progress), progress };
}

async function* pagesOf(
  ports: VenuePorts,
  context: FetchContext,
  progress: FetchProgress,
): AsyncGenerator<Page> {
  for await (const output of walkTiers(ports, context, progress)) {
    progress.add(output);
    if ('page' in output) yield output.page;
  }
}

async function* walkTiers(ports: VenuePorts, context: FetchContext, progress: Progress): TierRun {
  yield* leaveOutUnoffered(ports, context, progress);
  const skipped = context.archives === 'skipped';
  if (skipped) yield* skipArchives(ports, progress);
  for (const tier of context.source.tiers) {
    if (progress.missing.length === 0) return;
    if (tier.kind === 'archive' && skipped) continue;
    yield* fillFrom(tier, { ports, context, progress });
  }
  if (!skipped && context.source.tiers.at(-1)?.kind === 'archive')
    yield* explainLeft(ports, context, progress);
}

/** The part of a history that its publisher does not give away is not a gap, and no request is sent about it. */
async function* leaveOutUnoffered(
  { clock }: VenuePorts,
  context: FetchContext,
  { missing }: Progress,
): TierRun {
  const { offered, id } = context.source;
  const holes = subtract(missing, offeredRanges(context.source, missing));
  if (!offered || holes.length === 0) return;
  const evidence = [{ what: `${id} is offered for ${offered.what} alone`, status: 0, at: clock() }];
  const empty = holes.map((span) => ({ span, reason: 'not-offered' as const, evidence }));
  yield { page: { ...emptyPage(context, offered.what), empty } };
}

/** Where no tier comes after the archive: what its objects do not have was not published, and what has no object is not available. */
async function* explainLeft({ clock }: VenuePorts, context: FetchContext, progress: Progress): TierRun {
  const end = settledEnd(context.source, stepOf(context.series.timeframe), clock());
  const holes = clip(progress.missing, { start: Number.NEGATIVE_INFINITY, end });
  if (holes.length === 0) return;
  const empty = await explainExpired(context, progress, holes);
  const unproven = damagedIn(progress, subtract(holes, normalize(empty.map(({ span }) => span))));
  yield { page: { ...emptyPage(context, 'archive'), empty, unproven } };
}

function fillFrom(tier: Tier, walk: Omit<TierInput<Tier>, 'tier'>): TierRun {
  if (tier.kind === 'archive') return orUnreachable(walk.context, fillFromArchive({ ...walk, tier }));
  if (tier.kind === 'pages') return fillFromPages({ ...walk, tier });
  return fillFromSnapshot({ ...walk, tier });
}

/**
 * A way to the archive that stays broken after the retries is no reason to do without what the venue's own API has; a short
 * failure is none to load a month of minutes page by page.
 * @throws GordonError `ArchiveUnreachable` instead of `RetryableVenueError` where there is another tier to go on with
 */
async function* orUnreachable({ source, archives }: FetchContext, run: TierRun): TierRun {
  try {
    yield* run;
  } catch (error) {
    const elsewhere = archives === 'preferred' && source.tiers.some(({ kind }) => kind !== 'archive');
    if (!elsewhere || !(error instanceof GordonError) || error.name !== 'RetryableVenueError') throw error;
    throw error.as('ArchiveUnreachable');
  }
}

/** As with a damaged object: what no other tier has is not proven empty, it stays missing. */
async function* skipArchives({ clock }: VenuePorts, { missing }: Progress): TierRun {
  const span = hull(missing);
  if (!span) return;
  const message = 'the archive could not be reached, and the rows were requested elsewhere';
  const request = { what: 'archive (not reached)', status: 503, at: clock() };
  yield { object: { span, outcome: 'damaged', error: { code: 'archive-unreachable', message }, request } };
}
