import type { Period, PeriodUnit } from '../time/period.ts';
import { hull, intersect, type Range, type RangeSet } from '../time/range.ts';
import type { Timeframe } from '../time/timeframe.ts';
import type { ArchiveListing } from './archive-listing.ts';
import type { EmptyReason } from './empty-reason.ts';
import type { Finding } from './finding.ts';
import type { LabelRule } from './labels.ts';
import type { Family } from './names/families.ts';
import type { Series } from './series.ts';
import type { Batch, TableSpec } from './table.ts';
import type { HttpRequest } from './venue.ts';

export type { ArchiveListing, ListedObject } from './archive-listing.ts';
export { type Finding, UNREADABLE_CELL } from './finding.ts';
export { FAMILIES, type Family } from './names/families.ts';

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
  /** of a venue that keeps so many of the newest rows of each series, whatever their length, instead of a time */
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

/** When a symbol's life began and, if it did, ended; epoch ms. `listedAt` is its first row. */
export interface Listing {
  readonly listedAt: number;
  readonly delistedAt?: number;
  /** each life in order, the last one up to infinity while it lasts; absent: one life */
  readonly lives?: RangeSet;
  /** some borders are those of whole archive objects: the silence that touches them begins or ends within a life */
  readonly byObjects?: boolean;
  /** the requests behind it */
  readonly evidence?: readonly { readonly what: string; readonly status: number; readonly at: number }[];
}

/** All stretches in which the symbol was traded. */
export const livesOf = ({
  listedAt,
  delistedAt = Number.POSITIVE_INFINITY,
  lives = [{ start: listedAt, end: delistedAt }],
}: Listing): RangeSet => lives;

export interface ListingProbe {
  /** Requests the first row of the symbol's history. An unknown symbol is the venue's verdict, not an answer. */
  first(series: Series): HttpRequest;
  firstAt(body: Uint8Array, series: Series): number | undefined;
  /** Whether the same answer knows the symbol, where it is a list of all of them. Absent: an unknown one is refused. */
  lists?(body: Uint8Array, series: Series): boolean;
  /** Requests the newest row; that of a delisted symbol is old. */
  last(series: Series): HttpRequest;
  lastAt(body: Uint8Array, series: Series): number | undefined;
  /** Whether the newest row has no trades: such rows may go on after a symbol has ended. Absent: they end with it. */
  isFrozen?(body: Uint8Array, series: Series): boolean;
  /** Requests the symbol's state; `true` if it still trades. */
  status(series: Series): HttpRequest;
  isTrading(body: Uint8Array, series: Series): boolean;
}

/** Candles with a count of trades: they say until when a symbol was traded, where its archive goes on with frozen rows. */
export interface TradedCandles {
  readonly tiers: readonly ArchiveTier[];
  /** whose candles they are: the series' own, or those of the market that it is about */
  series(series: Series): Series;
  /** place of the count in the tiers' batches */
  readonly count: number;
  /** what rows of the source's own table are like when nothing is traded */
  readonly frozen: {
    /** place in its batches */
    readonly column: number;
    /** what the column holds then; absent: one value, whichever */
    readonly value?: number;
    /** a shorter run of such rows at a file's end is nothing unusual; ms */
    readonly forMs: number;
  };
}

/** The parts of a history that the publisher gives away. */
export interface Offered {
  /** such as `the first day of each month` */
  readonly what: string;
  within(range: Range): RangeSet;
}

/** How much of a history each turn of `watch-histories` compares with the venue. */
export interface Restates {
  /** calendar months, the running one among them */
  readonly recentMonths: number;
  /** each older month is compared once in this many consecutive turns */
  readonly sampledIn: number;
}

/**
 * One kind of data of one venue. An adapter is this literal: pure functions that build requests and read answers;
 * paging, budgets, retries, checksums, writing and accounting are the engine's.
 */
export interface Source {
  /** file name and ledger key, such as `klines_spot` */
  readonly id: string;
  readonly family: Family;
  /** loaded only where an order names the source itself: the family's word stands for the others */
  readonly byName?: true;
  readonly title: string;
  readonly table: TableSpec;
  readonly timeframes: readonly Timeframe[];
  readonly defaultTimeframe: Timeframe;
  readonly defaultSymbols: readonly string[];
  /** known to the adapter too, and loaded only where an order names them: they belong to third parties */
  readonly optInSymbols?: readonly string[];
  /** rejects what cannot be a symbol of this venue before any request is sent */
  readonly symbolPattern: RegExp;
  chunkUnit(timeframe: Timeframe): PeriodUnit;
  /** a row is about the instant at which its step begins, not about the step: readings, settlements, observations */
  readonly instants?: boolean;
  /** ms from the end of a row's step, or from its instant, until it is final and published; negative where it is so before */
  readonly finalAfterMs: number;
  /** a hole younger than this is "not yet published", not proven empty; ms, counted as `finalAfterMs` is */
  readonly settleMs: number;
  /**
   * of a table of events: how late one may come, ms; defaults to `settleMs`. A span that is older is accounted for at once
   * where the pace of the events allows its silence, and waits for `settleMs` where an event may be missing.
   */
  readonly arrivesWithinMs?: number;
  /** best first; if the last one returns nothing, the range is proven empty */
  readonly tiers: readonly Tier[];
  /** how to learn of a symbol's end from its candles; absent where the last row is the end */
  readonly traded?: TradedCandles;
  /** of trades: the source of the candles that they make, by its id; `verify --deep` compares them minute by minute */
  readonly makesCandles?: string;
  /** of events: how many a step of a busy symbol has, for quotes; defaults to one for each `longestSilenceMs` or step */
  readonly rowsPerStep?: number;
  /** how to find a symbol's life, or what it is for every symbol */
  readonly listing: ListingProbe | Listing;
  /** its files are read as they arrive, for they are too large to be held; one that is left is read from its beginning again */
  readonly streamed?: true;
  /** the rest is not requested: it is neither a gap nor complete; absent: all of it */
  readonly offered?: Offered;
  /** why a step within a symbol's life has no row after all tiers were tried; defaults to `venue-outage` */
  readonly holeReason?: EmptyReason;
  /** how often the newest rows are requested, ms; defaults to five minutes. The schedule itself runs each minute */
  readonly refreshEveryMs?: number;
  /**
   * Sources of the same family or another whose rows come along. Those whose rows lie in the same files name all the others; a
   * snapshot names those that it brings, and they do not name it.
   */
  readonly siblings?: readonly string[];
  /** of a table of events: a longer silence is a hole where the table has no pace or a row does not say it; ms. Absent: none is */
  readonly longestSilenceMs?: number;
  /** the venue changes its answers about past days, which only the answers show; absent: not known to do so */
  readonly restates?: Restates;
  /** a range that is at least so long and lies in a symbol's life always has rows: an empty answer about it is a fault; ms */
  readonly longestEmptyMs?: number;
  /** a key without which the venue does not answer */
  readonly key?: { readonly env: string; readonly from: string };
}

/** The registered sources by id. */
export type Sources = Readonly<Record<string, Source>>;

/** What of some ranges the publisher of a source gives away. */
export function offeredOf({ offered }: Pick<Source, 'offered'>, ranges: RangeSet): RangeSet {
  const around = offered && hull(ranges);
  return around ? intersect(ranges, offered.within(around)) : ranges;
}

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
