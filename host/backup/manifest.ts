import * as z from 'zod';
import type { Shape } from '../../functions/core/time/fields.ts';

/** The file beside the tables. It is written last: a folder without it is not a backup. */
export const BACKUP_MANIFEST = 'backup.json';
/** What a manifest calls itself. A later one with other fields gets another number. */
export const BACKUP_FORMAT = 'gordon-data backup 1';

const count = z.number().int().nonnegative();

const file = {
  /** from the folder of the manifest */
  path: z.string(),
  bytes: count,
  /** of the file, hex */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
};

/** One table as the body of a binary COPY, packed by zstd. */
const SavedTable = z.object({
  name: z.string(),
  columns: z.array(z.string()).min(1),
  rows: count,
  ...file,
});

export const BackupManifest = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** of the snapshot */
  made_at: z.iso.datetime(),
  made_by: z.string(),
  /** PostgreSQL's version, such as `18.4` */
  server: z.string(),
  flavour: z.enum(['postgres', 'timescale']),
  /** of the schema: the number of its newest migration */
  schema: count,
  simulated: z.boolean(),
  tables: z.array(SavedTable),
  /** the last number that each sequence gave, by its name */
  sequences: z.record(z.string(), count),
  /** the job table of a single machine, a file of SQLite; null: the jobs lie elsewhere */
  jobs: z.object(file).nullable(),
});
export type BackupManifest = Shape<typeof BackupManifest>;
