import type { Asked, Page } from '../coverage.ts';
import type { ArchiveReader, VenueClient } from '../ports.ts';
import type { RangeSet } from '../range.ts';
import { subtract, union } from '../range.ts';
import type { Series } from '../series.ts';
import type { Listing, Source } from '../source.ts';
import type { Clock } from '../time.ts';
import { fillFromArchive } from './fill-from-archive.ts';
import { fillFromPages } from './fill-from-pages.ts';

export interface FillPorts {
  readonly venue: VenueClient;
  readonly archive: ArchiveReader;
  readonly clock: Clock;
}

/** The work in hand: what is still missing, and what has been asked about it so far. */
export interface Filling {
  readonly source: Source;
  readonly series: Series;
  missing: RangeSet;
  readonly asked: Asked[];
  /** the symbol's life, looked up at the first sign that a range may lie outside it */
  listing(): Promise<Listing | undefined>;
}

/**
 * Fills what is missing of a series from the source's tiers, best first: what one tier does not have falls to the
 * next, and what the last one does not have either is explained. Each page can be committed by itself, so the consumer
 * may stop after any of them.
 */
export async function* fillRange(ports: FillPorts, filling: Filling): AsyncGenerator<Page> {
  for (const tier of filling.source.tiers) {
    if (filling.missing.length === 0) return;
    const pages =
      tier.kind === 'archive' ? fillFromArchive(ports, filling, tier) : fillFromPages(ports, filling, tier);
    for await (const page of pages) {
      filling.missing = subtract(filling.missing, covered(page));
      yield page;
    }
  }
}

const covered = (page: Page): RangeSet => page.empty.reduce((set, e) => union(set, [e.span]), page.have);
