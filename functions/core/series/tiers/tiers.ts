import type { Period, PeriodUnit } from '../../time/period.ts';
import type { Range, RangeSet } from '../../time/range.ts';
import type { Finding } from '../finding.ts';
import type { LabelRule } from '../labels.ts';
import type { Series } from '../series.ts';
import type { Batch } from '../table.ts';
import type { HttpRequest } from '../venue.ts';
import type { ArchiveListing } from './archive-listing.ts';

/** What a parser made of one body or one piece of a file. `batch.times` ascends strictly. */
export interface Parsed {
  readonly batch: Batch;
  readonly findings: readonly Finding[];
  /** of events: the whole steps that the rows account for; rows outside of them belong to another tier */
  readonly answered?: RangeSet;
  /** rows of other sources that stood in the same piece of a file or in the same answers, by the source's id: see `Source.siblings` */
  readonly also?: Readonly<Record<string, Pick<Parsed, 'batch' | 'findings'>>>;
}

/**
 * Reads a file piece by piece, so that memory does not grow with the file. Not reusable. Of a table of events all rows
 * come from `end`, for only the whole file accounts for its period, or each piece says what it accounts for (`answered`), as it
 * does off the grid.
 */
export interface StreamParser {
  /** @param bytes hold no longer than the call. @throws GordonError `malformed-rows` */
  push(bytes: Uint8Array): Parsed | undefined;
  end(): Parsed | undefined;
}

/** Files that the venue publishes once a day or a month, with a SHA-256 beside each or, where it publishes none, unproven. */
export interface ArchiveTier {
  readonly kind: 'archive';
  readonly name: string;
  readonly unit: PeriodUnit & ('day' | 'month');
  /** The file without a checksum is one that is too large to be held: its pages are committed while it arrives. */
  object(series: Series, period: Period): { readonly file: HttpRequest; readonly checksum?: HttpRequest };
  /** epoch ms from which on the object of the period can be expected */
  publishedAt(period: Period): number;
  /**
   * @param expected rows of a whole file, so that room for them is made once
   * @param facts for a tier with `labels`; without them its file is taken for that of the day most of its labels lie in
   */
  parser(series: Series, expected?: number, facts?: ObjectFacts): StreamParser;
  /** Rows stand at the ends of their slots: the object also holds the instant at which its period ends. */
  readonly closing?: true;
  /** its labels become instants by a rule that may have exceptions */
  readonly labels?: ArchiveLabels;
  /** how to learn which objects were touched; absent where only their checksums show it */
  readonly listing?: ArchiveListing;
}

export interface ArchiveLabels {
  /** the name under which exceptions are kept */
  readonly dataset: string;
  /** what is added to the labels of a period's object; ms */
  shift(period: Period, exceptions: readonly LabelRule[]): number;
}

/** What is known of an object before its first byte. */
export interface ObjectFacts {
  readonly period: Period;
  /** exceptions from the tier's rule about labels */
  readonly labels?: readonly LabelRule[];
}

/** A paged request over a range. */
export interface PagesTier {
  readonly kind: 'pages';
  readonly name: string;
  /** which rows come when the range holds more than a page: `forward` the oldest, `backward` the newest */
  readonly direction: 'forward' | 'backward';
  readonly pageRows: number;
  /** the longest range that the venue answers, ms: a request is for no more, and for one page of rows. Absent: any range */
  readonly spanMs?: number;
  /** how far back the venue answers; older rows can no longer be fetched. ms */
  readonly reachMs?: number;
  /** of a venue that keeps this many of the newest rows of each series, whatever their timeframe, instead of a time */
  readonly reachRows?: number;
  request(series: Series, range: Range): HttpRequest;
  /**
   * @param asOf the venue's clock; rows that were not final by then must be left out
   * @throws GordonError `malformed-rows`
   */
  parse(body: Uint8Array, series: Series, asOf: number): Parsed & { readonly rowsInBody: number };
  /** where a range takes more than one request */
  readonly parts?: Parts;
  /** off the grid: how to go on within a step that has more rows than a page */
  readonly cursor?: Cursor;
}

/** Paging by the last row: a page is read on until it holds a whole step, however many rows that has. */
export interface Cursor {
  /** the longest range that one request may name, ms; whole steps */
  readonly longestMs: number;
  /**
   * Requests the rows after the last one of a full answer. They may reach beyond the range.
   * @param within the range that the walk is about
   */
  next(last: Parsed, series: Series, within: Range): HttpRequest;
  /** place of the column that distinguishes rows, where the next answer repeats rows of the one before; absent: none does */
  readonly idColumn?: number;
}

/** A page that takes several requests. A part that does not exist at the venue is left out. */
export interface Parts {
  /**
   * All requests of the page, instead of `request`.
   * @param now the clock, for what depends on how much has been published since
   */
  requests(series: Series, range: Range, now: number): readonly HttpRequest[];
  /** One page out of the answers, each read by `parse`, in order. */
  join(parts: readonly Parsed[]): Parsed;
}

/** What the venue reports for the present moment only. Its rows are stored at the beginning of the current step. */
export interface SnapshotTier {
  readonly kind: 'snapshot';
  readonly name: string;
  requests(series: Series): readonly HttpRequest[];
  /** when the venue made an answer, where its body says so; epoch ms */
  statedAt?(body: Uint8Array): number | undefined;
  /**
   * @param bodies one for each request, in order
   * @param at the step that the rows belong to; epoch ms
   * @throws GordonError `malformed-rows`
   */
  parse(bodies: readonly Uint8Array[], series: Series, at: number): Parsed;
}

export type Tier = ArchiveTier | PagesTier | SnapshotTier;

/** The longest range that one request may be for, ms. @param perRow ms between two rows */
export const longestRequest = (
  { pageRows, spanMs }: Pick<PagesTier, 'pageRows' | 'spanMs'>,
  perRow: number,
): number => Math.min(pageRows * perRow, spanMs ?? Number.POSITIVE_INFINITY);

/** How far back a tier's rows of one length can be had, ms; undefined: to the beginning. @param step length of a row, ms */
export const reachOf = (
  { reachMs, reachRows }: Pick<PagesTier, 'reachMs' | 'reachRows'>,
  step: number,
): number | undefined => reachMs ?? (reachRows === undefined ? undefined : reachRows * step);

/** The requests of one page: a source whose pages have parts sends one for each. */
export const pageRequests = (
  tier: PagesTier,
  series: Series,
  range: Range,
  now: number,
): readonly HttpRequest[] => tier.parts?.requests(series, range, now) ?? [tier.request(series, range)];
