import * as z from 'zod';
import { Count, Instant, type Shape, span } from '../time/fields.ts';

const Row = z.record(z.string(), z.unknown()).nullable();

const Difference = z.object({
  kind: z.enum(['changed', 'missing', 'extra']),
  stored: Row,
  venue: Row,
  stored_from: z.string().nullable(),
  venue_from: z.string().nullable(),
});
export type Difference = Shape<typeof Difference>;

const ObjectVerdict = z.object({
  object: z.string(),
  ledger: z.string(),
  venue: z.string().nullable(),
});
export type ObjectVerdict = Shape<typeof ObjectVerdict>;

const OutdatedProof = z.object({ ...span, reason: z.string() });
export type OutdatedProof = Shape<typeof OutdatedProof>;

/** What was found of one series in one day or month. */
export const PeriodCertificate = z
  .object({
    source: z.string(),
    symbol: z.string(),
    timeframe: z.string(),
    ...span,
    rows: Count,
    first: Instant.nullable(),
    last: Instant.nullable(),
    sha256: z
      .string()
      .meta({ description: 'over all stored rows as lines of JSON, in the order of the key' }),
    // The other rows the venue no longer serves, or the ledger does not account for them.
    compared: Count.meta({ description: 'rows that the venue still serves' }),
    changed: Count.meta({ description: 'rows that differ from what the venue serves now' }),
    missing: Count.meta({ description: 'rows that the venue serves, in the ledger and not stored' }),
    extra: Count.meta({ description: 'stored rows that the venue does not have' }),
    differences: z.array(Difference).meta({ description: 'the first twenty' }),
    objects: z
      .array(ObjectVerdict)
      .meta({ description: 'SHA-256 of archive objects: when the rows were loaded, and now' }),
    outdated: z
      .array(OutdatedProof)
      .meta({ description: "stretches proven empty by a check of the symbol's lives that is old by now" }),
    verdict: z.enum(['identical', 'different', 'not-compared', 'outdated']).meta({
      description:
        '`not-compared`: there is no stored row that the venue can repeat. `outdated`: nothing differs, and proofs are outdated',
    }),
    identical: z
      .boolean()
      .meta({ description: 'something was compared, nothing differs, and no proof is outdated' }),
  })
  .meta({ id: 'Certificate', description: 'stored rows of a period, compared with the venue' });
export type PeriodCertificate = Shape<typeof PeriodCertificate>;
