import type { VenueClient } from '../fetch/ports.ts';
import type { LedgerEntry } from '../queries/ports.ts';
import type { Series } from '../series/series.ts';
import type { ArchiveTier, Source } from '../series/source.ts';
import { periodsFor } from '../series/tiers/object-reach.ts';
import type { HttpRequest } from '../series/venue.ts';
import type { Period } from '../time/period.ts';
import type { Range } from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';

/** An archive object that rows of the ledger came from. */
export interface HeldObject {
  readonly object: string;
  readonly sha256: string;
}

/** The objects of some spans of the ledger, each once for each hash. */
export function heldObjects(entries: readonly LedgerEntry[]): HeldObject[] {
  const held = new Map<string, HeldObject>();
  for (const { state, object, sha256 } of entries) {
    if (state === 'have' && object && sha256) held.set(`${object} ${sha256}`, { object, sha256 });
  }
  return [...held.values()];
}

export interface FoundObject {
  readonly tier: ArchiveTier;
  readonly period: Period;
  readonly file: HttpRequest;
  /** absent: the archive publishes none */
  readonly checksum?: HttpRequest;
}

/** Which tier's object a path is. @param around somewhere within the object's period */
export function objectNamed(
  source: Source,
  series: Series,
  path: string,
  around: Range,
): FoundObject | undefined {
  for (const tier of source.tiers) {
    if (tier.kind !== 'archive') continue;
    for (const period of periodsFor(tier, around, stepOf(series.timeframe))) {
      const { file, checksum } = tier.object(series, period);
      if (file.path === path) return { tier, period, file, ...(checksum && { checksum }) };
    }
  }
  return undefined;
}

/** The hash that the archive publishes for an object now; undefined when there is no such object, or no readable checksum. */
export async function publishedHash(
  venue: VenueClient,
  checksum: HttpRequest | undefined,
): Promise<string | undefined> {
  const answer = checksum && (await venue.get(checksum));
  const [, hash] = /^([0-9a-f]{64})\s/i.exec(answer ? new TextDecoder().decode(answer.body) : '') ?? [];
  return hash?.toLowerCase();
}
