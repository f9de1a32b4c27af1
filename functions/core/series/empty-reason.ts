/** Why a span has no rows and never will have, or not from this source. */
export const EMPTY_REASONS = [
  'pre-listing',
  'delisted',
  'venue-outage',
  'zero-trade',
  /** there is no file about the time, and the venue's answers no longer reach back to it */
  'source-expired',
  /** the venue's answers or its file about the time around it were read and have no value there */
  'not-published',
  /** an operator does not keep it: a retention, or a chunk that was dropped */
  'retired',
  /** the publisher does not give that part of the history away: see `Source.offered` */
  'not-offered',
] as const;

export type EmptyReason = (typeof EMPTY_REASONS)[number];
