/** A file that is served to many. */
export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of its bytes, hex */
  readonly sha256: string;
}

/** What a file is made of, and when it has to be made again. */
export interface SpoolKey {
  /** of the query */
  readonly name: string;
  /** of the data that it reads */
  readonly revision: string;
}

/** Files that are made once for each query and state of the data, and then served until others need their room. */
export interface Spool {
  /**
   * The file of the key; it is made if it is not there. Two equal calls at once make it once, and it is given up when all their
   * callers have gone.
   * @param make its pieces; the signal ends it
   * @throws GordonError `spool-full`, `file-too-large`; what `make` throws; the reason of `signal`
   */
  file(
    key: SpoolKey,
    make: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<SpooledFile>;
  /** The file that the query had last, if that was within the last minute: readers take a file in several requests. */
  recent(name: string): SpooledFile | undefined;
}
