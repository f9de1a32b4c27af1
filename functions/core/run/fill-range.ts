import type { Page } from '../coverage.ts';
import { type RangeSet, subtract, union } from '../range.ts';
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
  for (const tier of filling.source.tiers) {
    if (filling.missing.length === 0) return;
    for await (const page of fillFrom(ports, filling, tier)) {
      if (page.series.source === filling.source.id) {
        filling.missing = subtract(filling.missing, covered(page));
      }
      yield page;
    }
  }
}

function fillFrom(ports: FillPorts, filling: Filling, tier: Tier): AsyncGenerator<Page> {
  if (tier.kind === 'archive') return fillFromArchive(ports, filling, tier);
  if (tier.kind === 'pages') return fillFromPages(ports, filling, tier);
  return fillFromSnapshot(ports, filling, tier);
}

/** What is provisional has been told for now: it stays missing in the ledger, and no other tier knows more. */
const covered = ({ have, provisional = [], empty }: Page): RangeSet =>
  empty.reduce((set, { span }) => union(set, [span]), union(have, provisional));
