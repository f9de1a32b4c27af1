import { GordonError } from '../errors/errors.ts';
import type { Page } from '../ledger/coverage.ts';
import type { Tier } from '../series/source.ts';
import { hull, type RangeSet, subtract, union } from '../time/range.ts';
import type { FetchContext, VenuePorts } from './fetch-context.ts';
import { fillFromArchive } from './fill-from-archive.ts';
import { fillFromPages } from './fill-from-pages.ts';
import { fillFromSnapshot } from './fill-from-snapshot.ts';

/**
 * Fills what is missing of a series from the source's tiers, best first: what one tier does not have falls to the
 * next, and what the last one does not have either is explained. Each page can be committed by itself, so the consumer
 * may stop after any of them.
 */
export async function* fetchMissing(ports: VenuePorts, context: FetchContext): AsyncGenerator<Page> {
  if (context.withoutArchive) leaveOut(ports, context);
  for (const tier of context.source.tiers) {
    if (context.missing.length === 0) return;
    if (tier.kind === 'archive' && context.withoutArchive) continue;
    for await (const page of fillFrom(ports, context, tier)) {
      if (page.series.source === context.source.id) {
        context.missing = subtract(context.missing, covered(page));
      }
      yield page;
    }
  }
}

function fillFrom(ports: VenuePorts, context: FetchContext, tier: Tier): AsyncGenerator<Page> {
  if (tier.kind === 'archive') return orUnreachable(context, fillFromArchive(ports, context, tier));
  if (tier.kind === 'pages') return fillFromPages(ports, context, tier);
  return fillFromSnapshot(ports, context, tier);
}

/**
 * A way to the archive that stays broken after the retries is no reason to do without what the venue's own API has; a short
 * failure is none to load a month of minutes page by page.
 * @throws GordonError `ArchiveUnreachable` instead of `RetryableVenueError` where there is another tier to go on with
 */
async function* orUnreachable(
  { source, withoutArchive }: FetchContext,
  pages: AsyncGenerator<Page>,
): AsyncGenerator<Page> {
  try {
    yield* pages;
  } catch (error) {
    const elsewhere = withoutArchive === false && source.tiers.some(({ kind }) => kind !== 'archive');
    if (!elsewhere || !(error instanceof GordonError) || error.name !== 'RetryableVenueError') throw error;
    throw error.as('ArchiveUnreachable');
  }
}

/** As with a damaged object: what no other tier has is not proven empty, it stays missing. */
function leaveOut({ clock }: VenuePorts, { missing, objects }: FetchContext): void {
  const span = hull(missing);
  if (!span) return;
  const message = 'the archive could not be reached, and the rows were asked for elsewhere';
  objects.push({
    span,
    outcome: 'damaged',
    error: { code: 'archive-unreachable', message },
    asked: { what: 'archive (not reached)', status: 503, at: clock() },
  });
}

/** What is provisional has been told for now: it stays missing in the ledger, and no other tier knows more. */
const covered = ({ have, provisional = [], empty }: Page): RangeSet =>
  empty.reduce((set, { span }) => union(set, [span]), union(have, provisional));
