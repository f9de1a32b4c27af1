import type { Page } from '../coverage.ts';
import { GordonError } from '../errors.ts';
import { hull, type RangeSet, subtract, union } from '../range.ts';
import type { Tier } from '../source.ts';
import { fillFromArchive } from './fill-from-archive.ts';
import { fillFromPages } from './fill-from-pages.ts';
import { fillFromSnapshot } from './fill-from-snapshot.ts';
import type { Filling, FillPorts } from './filling.ts';

/**
 * Fills what is missing of a series from the source's tiers, best first: what one tier does not have falls to the
 * next, and what the last one does not have either is explained. Each page can be committed by itself, so the consumer
 * may stop after any of them.
 */
export async function* fillRange(ports: FillPorts, filling: Filling): AsyncGenerator<Page> {
  if (filling.withoutArchive) leaveOut(ports, filling);
  for (const tier of filling.source.tiers) {
    if (filling.missing.length === 0) return;
    if (tier.kind === 'archive' && filling.withoutArchive) continue;
    for await (const page of fillFrom(ports, filling, tier)) {
      if (page.series.source === filling.source.id) {
        filling.missing = subtract(filling.missing, covered(page));
      }
      yield page;
    }
  }
}

function fillFrom(ports: FillPorts, filling: Filling, tier: Tier): AsyncGenerator<Page> {
  if (tier.kind === 'archive') return orUnreachable(filling, fillFromArchive(ports, filling, tier));
  if (tier.kind === 'pages') return fillFromPages(ports, filling, tier);
  return fillFromSnapshot(ports, filling, tier);
}

/**
 * A way to the archive that stays broken after the retries is no reason to do without what the venue's own API has; a short
 * failure is none to load a month of minutes page by page.
 * @throws GordonError `ArchiveUnreachable` instead of `RetryableVenueError` where there is another tier to go on with
 */
async function* orUnreachable(
  { source, withoutArchive }: Filling,
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
function leaveOut({ clock }: FillPorts, { missing, objects }: Filling): void {
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
