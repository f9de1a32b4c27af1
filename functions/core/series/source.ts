import type { PeriodUnit } from '../time/period.ts';
import { hull, intersect, type Range, type RangeSet } from '../time/range.ts';
import type { Timeframe } from '../time/timeframe.ts';
import type { EmptyReason } from './empty-reason.ts';
import type { Family } from './names/families.ts';
import type { Series } from './series.ts';
import type { TableSpec } from './table.ts';
import type { ArchiveTier, Tier } from './tiers/tiers.ts';
import type { HttpRequest } from './venue.ts';

export { type Finding, UNREADABLE_CELL } from './finding.ts';
export { FAMILIES, type Family } from './names/families.ts';
export type { ArchiveListing, ListedObject } from './tiers/archive-listing.ts';
export {
  type ArchiveLabels,
  type ArchiveTier,
  type Cursor,
  longestRequest,
  type ObjectFacts,
  type PagesTier,
  type Parsed,
  pageRequests,
  reachOf,
  type SnapshotTier,
  type StreamParser,
  type Tier,
} from './tiers/tiers.ts';

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
  /** a range of at least this length within a symbol's life always has rows: an empty answer about it is a fault; ms */
  readonly longestEmptyMs?: number;
  /** a key without which the venue does not answer */
  readonly key?: { readonly env: string; readonly from: string };
}

/** The registered sources by id. */
export type Sources = Readonly<Record<string, Source>>;

/** What of some ranges the publisher of a source gives away. */
export function offeredRanges({ offered }: Pick<Source, 'offered'>, ranges: RangeSet): RangeSet {
  const around = offered && hull(ranges);
  return around ? intersect(ranges, offered.within(around)) : ranges;
}
