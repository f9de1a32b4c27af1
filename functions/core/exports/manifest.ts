import * as z from 'zod';
import { CAUSES } from '../ledger/cause.ts';
import { Count, Instant, type Shape, span } from '../time/fields.ts';
import { MONTH_FORMATS } from './layout.ts';
import { CONDITIONS } from './month-state.ts';

/** The file beside the months, at the root of a tree. */
export const MANIFEST = 'manifest.json';
/** What a manifest calls itself. A later one with other fields gets another number. */
export const MANIFEST_FORMAT = 'gordon-data export 1';

const Digest = z.string().regex(/^[0-9a-f]{64}$/, 'write a SHA-256 as 64 hexadecimal digits');
const Month = z.string().regex(/^\d{4}-\d{2}$/, 'write a month as 2025-03');

const series = {
  table: z.string(),
  source: z.string(),
  symbol: z.string(),
  timeframe: z.string(),
  month: Month.meta({ description: 'calendar month in UTC' }),
};

const Gap = z.object({
  ...span,
  cause: z.enum(CAUSES),
  error: z.string().nullable().meta({ description: 'the last error, where a fetch failed' }),
  evidence: z.array(z.unknown()).meta({ description: 'the requests behind it, as the ledger has them' }),
});

const state = {
  complete: z.boolean().meta({ description: 'every step has a row or a proof that there is none' }),
  days: z.array(z.object({ ...span, condition: z.enum(CONDITIONS) })).meta({
    description:
      'whole UTC days: `available` has all that the venue had, in `pending` only what is not published yet is missing, in `degraded` a part, in `missing` all',
  }),
  gaps: z.array(Gap).meta({ description: 'where there are no rows, and why: gaps and proofs' }),
  objects: z
    .array(z.object({ object: z.string(), sha256: z.string() }))
    .meta({ description: "the venue's files that the rows came from, with their hashes" }),
  licences: z.array(z.string()).meta({ description: 'keys of `licences`' }),
};

const ExportedFile = z
  .object({
    path: z.string().meta({ description: 'from the folder of the manifest' }),
    ...series,
    rows: Count,
    first: Instant,
    last: Instant,
    bytes: Count,
    sha256: Digest.meta({ description: 'of the file' }),
    rows_sha256: Digest.meta({
      description: 'over the rows as canonical lines of JSON, as in a certificate of `verify`',
    }),
    chain: Digest.meta({ description: 'the link of this month; the last one is the root' }),
    written_at: Instant,
    print: z.string().meta({ description: 'by which the next export sees whether rows have changed' }),
    ...state,
  })
  .meta({ id: 'ExportedFile', description: 'one month of one series' });
export type ExportedFile = Shape<typeof ExportedFile>;

const AbsentMonth = z
  .object({
    ...series,
    rows: Count.meta({ description: 'rows that are left out, because the month is not complete' }),
    ...state,
  })
  .meta({ id: 'AbsentMonth', description: 'a month that was requested and has no file' });
export type AbsentMonth = Shape<typeof AbsentMonth>;

const Signature = z
  .object({
    algorithm: z.literal('ed25519'),
    key: z.string().meta({ description: 'id of the key: the beginning of the SHA-256 of the public key' }),
    public_key: z.string().meta({ description: 'SPKI, base64' }),
    root: z.string().meta({ description: 'over `gordon-data export 1 root <root>`, base64' }),
    manifest: z.string().meta({
      description:
        'over `gordon-data export 1 manifest <SHA-256>` of this document without its signature, with all keys in order and no spaces; base64',
    }),
  })
  .meta({ id: 'Signature' });
export type Signature = Shape<typeof Signature>;

export const Manifest = z
  .object({
    format: z.literal(MANIFEST_FORMAT),
    made_at: Instant,
    made_by: z.string(),
    simulated: z.boolean().meta({ description: 'the rows come from simulated venues' }),
    files_are: z.enum(MONTH_FORMATS),
    complete_only: z.boolean().meta({ description: 'months that are not complete were left out' }),
    rows: Count,
    root: Digest.meta({
      description: 'of the chain over the rows of all files; equal for equal rows, whatever their form',
    }),
    licences: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .meta({ description: 'terms of the publishers, by id' }),
    files: z.array(ExportedFile).meta({ description: 'by source, symbol, timeframe and month' }),
    absent: z.array(AbsentMonth),
    signature: Signature.nullable(),
  })
  .meta({ id: 'ExportManifest', description: 'what an exported tree of market data holds' });
export type Manifest = Shape<typeof Manifest>;

/** The JSON schema of a manifest. */
export const manifestSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(Manifest, { io: 'input' }),
  title: 'Manifest of an export by gordon-data',
});
