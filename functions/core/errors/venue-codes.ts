import { type ErrorKind, venue } from './error-kinds.ts';

const REPLACED = 'Its rows are taken from the next best place; the venue usually replaces such a file later.';

/** Failures of a venue, of its archive, and of the way to either. */
export const VENUE_ERRORS = {
  'connection-failed': venue(
    'RetryableVenueError',
    'Check that this machine reaches the venue: `gordon-data doctor`.',
  ),
  'timed-out': venue('RetryableVenueError', 'It is requested again automatically.'),
  'series-failed': venue(
    'RetryableVenueError',
    'The report has the error of each series: `gordon-data backfill report --gaps`.',
  ),
  'venue-broken': venue('RetryableVenueError', 'It is requested again automatically.'),
  'empty-answer': venue(
    'RetryableVenueError',
    'It is requested again automatically; what stays empty is a gap until the venue serves its rows again.',
  ),
  'unacceptable-answer': venue(
    'RetryableVenueError',
    'A proxy or a mirror answers in the place of the venue: `gordon-data doctor` shows which address is used.',
  ),
  'page-outside-range': venue(
    'RetryableVenueError',
    'Nothing was stored. If it stays so, the venue or the mirror in use ignores the bounds.',
  ),
  'no-listing': venue('RetryableVenueError', 'Order again in a minute, or name the symbols.'),
  'archive-unreachable': venue(
    'ArchiveUnreachable',
    'Check that this machine reaches the archive: `gordon-data doctor`; the next job takes its files.',
  ),
  'venue-refused': venue('PermanentError', 'The request is at fault; report it with this message.'),
  'region-refused': venue('PermanentError', 'Run where the venue serves: see the runbook, "Region refused".'),
  'unknown-symbol': venue(
    'PermanentError',
    'Check its spelling at the venue; a symbol that never traded there has no history.',
    { status: 422 },
  ),
  'malformed-rows': venue(
    'PermanentError',
    'The venue may have changed its format: compare its answer with the parser.',
    { damage: true },
  ),
  'checksum-mismatch': venue('PermanentError', REPLACED, { damage: true }),
  'checksum-missing': venue('PermanentError', REPLACED, { damage: true }),
  'corrupt-archive': venue('PermanentError', REPLACED, { damage: true }),
  'empty-history': venue(
    'PermanentError',
    'Nothing was changed, and the series is compared again a day later.',
  ),
} as const satisfies Readonly<Record<string, ErrorKind>>;
