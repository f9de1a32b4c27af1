import * as z from 'zod';
import type { PeriodCertificate } from '../../verify/certificate.ts';
import { Count, Instant, span } from '../jobs/schemas.ts';

const Row = z.record(z.string(), z.unknown()).nullable();

export const Certificate: z.ZodType<PeriodCertificate> = z
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
    compared: Count.meta({ description: 'rows that the venue still tells of' }),
    changed: Count,
    missing: Count,
    extra: Count,
    differences: z
      .array(
        z.object({
          kind: z.enum(['changed', 'missing', 'extra']),
          stored: Row,
          venue: Row,
          stored_from: z.string().nullable(),
          venue_from: z.string().nullable(),
        }),
      )
      .meta({ description: 'the first twenty' }),
    objects: z
      .array(z.object({ object: z.string(), ledger: z.string(), venue: z.string().nullable() }))
      .meta({ description: 'SHA-256 of archive objects: when the rows were loaded, and now' }),
    outdated: z
      .array(z.object({ ...span, reason: z.string() }))
      .meta({ description: "stretches proven empty by a look at the symbol's lives that is old by now" }),
    verdict: z.enum(['identical', 'different', 'not-compared', 'outdated']).meta({
      description:
        '`not-compared`: there is no stored row that the venue can repeat. `outdated`: nothing differs, and proofs are outdated',
    }),
    identical: z
      .boolean()
      .meta({ description: 'something was compared, nothing differs, and no proof is outdated' }),
  })
  .meta({ id: 'Certificate', description: 'stored rows of a period, held against the venue' });
