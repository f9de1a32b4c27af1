import type { Variables } from '../venues/hosts.ts';

/** Where the schedule "export" writes. A file of its own, so that other functions do not hold what writes. */
export interface ExportTo {
  /** a folder or `s3://bucket/prefix`; absent: the schedule does nothing */
  readonly place: string | undefined;
  /** a private key, PEM; absent: the manifest is not signed */
  readonly key: string | undefined;
  /** the environment, for the client of S3 */
  readonly variables: Variables;
}
