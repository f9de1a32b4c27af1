import type { HttpAnswer, HttpRequest, LimitFamily } from '../series/venue.ts';

/** The way to the venues. Takes budget before each request. */
export interface VenueClient {
  /**
   * @param arrived may be called, also more than once, when an answer begins to arrive
   * @returns undefined when the venue says that the object does not exist
   * @throws BudgetExhausted when nothing may be sent now
   * @throws GordonError `RetryableVenueError` or `PermanentError`
   */
  get(request: HttpRequest, arrived?: () => void): Promise<HttpAnswer | undefined>;
}

/** The way to files that are too large to be held. */
export interface VenueStreams {
  /**
   * The body of an answer as it arrives; a reader that stops ends the connection.
   * @returns undefined when the venue says that the object does not exist
   * @throws as `VenueClient`; while it is read GordonError `RetryableVenueError`, where the connection ends too early
   */
  stream(request: HttpRequest): Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface ArchiveFile {
  /** of the packed file, as its checksum has it; absent: the venue publishes none, and nothing proves the file */
  readonly sha256?: string;
  /** the unpacked file, piece by piece; a piece is valid until the next one is read. @throws GordonError `corrupt-archive` */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface ArchiveReader {
  /**
   * Loads an object and proves it against its checksum. One without a checksum is read as it arrives, by gzip or as it is.
   * @returns undefined when the object does not exist
   * @throws GordonError `checksum-mismatch`, and what VenueClient throws
   */
  read(object: {
    readonly file: HttpRequest;
    readonly checksum?: HttpRequest;
  }): Promise<ArchiveFile | undefined>;
  /**
   * Joins the fetches of this process, whose first objects are requested in the order in which they joined; absent: in any.
   * @returns makes a request of the fetch, the first one when all who joined before have made theirs. A fetch that makes none has to
   *   call it too
   */
  join?(): <T>(request: () => T | Promise<T>) => Promise<T>;
}

/** What has been sent to the venues, counted for all workers together. */
export interface RateBudget {
  /** @throws BudgetExhausted when the window is spent, or the family or its venue cools down; `until` is our clock */
  take(venue: string, family: LimitFamily | undefined, weight: number): Promise<void>;
  /**
   * The venue's own count for the current window, from its answer header: it knows of other programs on this address.
   * `asOf` is the venue's clock, by which its windows turn.
   */
  observe(family: LimitFamily, used: number, asOf: number): Promise<void>;
  /** `scope` is a family's id or a venue's; nobody sends anything there before `until`, epoch ms of our clock */
  coolDown(scope: string, until: number, why: string): Promise<void>;
}
