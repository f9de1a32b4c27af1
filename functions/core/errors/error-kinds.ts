/** What Step Functions matches in Retry and Catch. */
export type ErrorName =
  /** The venue or the way to it failed in a manner that may pass: retry. */
  | 'RetryableVenueError'
  /** The way to an archive failed in a manner that may pass, and the venue's own API may have its rows: retry, then use the API. */
  | 'ArchiveUnreachable'
  /** The database or the job table failed in a manner that may pass. */
  | 'RetryableStoreError'
  /** A retry gives the same answer. */
  | 'PermanentError'
  /** The caller's request is invalid. */
  | 'BadRequest';

export interface ErrorKind {
  readonly name: ErrorName;
  /** who has to change for it to go: the venue with its files and the way to it, or this program and its operator */
  readonly origin: 'venue' | 'ours';
  /** what to do next, where the error itself has no better remedy */
  readonly remedy: string;
  /** of the answer to a request that is refused for it; absent: none is */
  readonly status?: number;
  /** the archive object is damaged: it proves nothing, and the next tier is requested */
  readonly damage?: true;
  /** met on the machine that runs the host alone, before there are jobs */
  readonly local?: true;
}

/** A fault of a venue, or of the way to it. @param remedy a sentence with what to do */
export const venue = (name: ErrorName, remedy: string, more?: Partial<ErrorKind>): ErrorKind => ({
  name,
  origin: 'venue',
  remedy,
  ...more,
});
/** A fault of this program or of its surroundings. @param remedy a sentence with what to do */
export const ours = (name: ErrorName, remedy: string, more?: Partial<ErrorKind>): ErrorKind => ({
  name,
  origin: 'ours',
  remedy,
  ...more,
});
/** A request that is refused with this HTTP status. */
export const request = (status: number, remedy: string): ErrorKind => ours('BadRequest', remedy, { status });
/** A fault of the machine that runs the host. */
export const local = (remedy: string, name: ErrorName = 'PermanentError'): ErrorKind =>
  ours(name, remedy, { local: true });
