/**
 * What the planner cannot know: durations, sizes and counts of one piece of work. The estimates err on the expensive side; a
 * deployment's own dashboard is more accurate.
 */
export const ASSUMED = {
  /** seconds of one call beside its rows: checksum and object, or one page; secret and connection are kept */
  fetchSeconds: 1.2,
  /** more seconds of a call for each series that shares its chunk: a small request, 32 of them at a time, on a part of a processor */
  sharedSeriesSeconds: 0.006,
  /** rows that one fetcher downloads, parses and commits in a second at its memory; half of what docs/LAMBDA.md measured */
  rowsPerSecond: 40_000,
  /** seconds of a small function: plan, finalize, refresh */
  stepSeconds: 0.4,
  /** more seconds of planning, for each series and for each chunk that the job has planned before */
  planSecondsPerSeries: 0.005,
  /** the same of the job of a schedule, which reads many series with one statement and counts no rows */
  planSecondsPerScheduledSeries: 0.000_5,
  planSecondsPerChunk: 0.000_03,
  /** chunk planned, running, checkpoints, done; the shared budget is a write for many requests */
  writesPerChunk: 8,
  /** whether the job was cancelled, whether the venue is cooling down */
  readsPerChunk: 12,
  /** job entered, started, finished, each of them in the index by status too; its chunks read for the progress */
  writesPerJob: 12,
  readsPerJob: 20,
  /** a job's item names its symbols; a write unit is 1 KiB, and a read unit 4 KiB */
  itemBytesPerSeries: 7,
  /** a chunk's item is about 300 bytes, and one read unit is 4 KiB */
  chunksPerRead: 13,
  /** the lines of a fetcher and of its platform, and all events of its map item */
  logBytesPerChunk: 7_000,
  logBytesPerStep: 3_000,
  /** binary COPY of one candle, its framing and acknowledgements */
  bytesPerRowOut: 140,
  /** one candle in a zipped archive */
  bytesPerRowIn: 40,
  apiCallsPerMonth: 20_000,
  /** what the stack keeps all month, whatever it does */
  alarms: 17,
  logMetrics: 8,
  secrets: 4,
} as const;
