import type { Variables } from '../venues/hosts.ts';

/** Where files lie that are too large for an answer. A file of its own, so that other functions do not hold the clients of S3 and Lambda. */
export interface FileBucket {
  readonly bucket: string;
  /** the function that makes the files; absent: this is that function */
  readonly maker: string | undefined;
  /** the environment, for the clients */
  readonly variables: Variables;
  sleep(ms: number): Promise<unknown>;
}
