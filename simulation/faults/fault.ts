import type { Range } from '../../functions/core/time/range.ts';

/** What the venue publishes of a symbol. */
export type Dataset = 'klines' | 'metrics' | 'funding';

/** A market of the venue, as its archive names them. */
export type Market = 'spot' | 'um';

export type Host = 'spot' | 'usdm' | 'archive' | 'listing' | 'deribit' | 'coinmetrics';

/** Where a row is available: the venue's API, or its files by day or by month. */
export type Place = 'rest' | 'day' | 'month';

/** Times are epoch ms. `at` is when it begins, and nothing shows of it before. */
interface Dated {
  /** unique within a plan */
  readonly id: string;
  readonly at: number;
}

interface Lasting extends Dated {
  readonly until: number;
}

/** About the rows of one data set of one symbol. */
interface About {
  readonly market: Market;
  readonly symbol: string;
  readonly dataset: Dataset;
}

/** What changes of the market itself: it stays as it is then. */
export type MarketFault =
  /** trading ends; some archives go on with frozen rows, and the API may forget the symbol */
  | (Dated & {
      readonly kind: 'delisting';
      readonly market: Market;
      readonly symbol: string;
      readonly zombiesUntil?: number;
      readonly forgottenAt?: number;
    })
  /** from `at` to `until` it is not traded, then the same contract is */
  | (Lasting & { readonly kind: 'relist'; readonly market: Market; readonly symbol: string })
  /** as `relist`, but it is another contract that has the ticker then: the API forgets the first one */
  | (Lasting & { readonly kind: 'reused-ticker'; readonly market: Market; readonly symbol: string })
  | (Dated & { readonly kind: 'new-listing'; readonly market: Market; readonly symbol: string })
  | (Dated & { readonly kind: 'interval-change'; readonly symbol: string; readonly hours: 1 | 2 | 4 | 8 })
  /** labels of the metrics files of this day and the later ones stand for other instants than the rule has it */
  | (Dated & { readonly kind: 'label-shift'; readonly symbol: string; readonly labels: 'kept' | 'moved' });

/** What is wrong with what is published. */
export type ContentFault =
  /** rows of a range have other values from `at` on; files that are out already are republished */
  | (Dated &
      About & {
        readonly kind: 'restated';
        readonly span: Range;
        readonly where: 'everywhere' | 'archive' | 'rest';
      })
  /** a file is republished with the same rows */
  | (Dated & About & { readonly kind: 'republished'; readonly unit: 'day' | 'month'; readonly period: Range })
  /** nothing is recorded in the span; `filledAt`: until the venue publishes it after all */
  | (Dated & About & { readonly kind: 'hole'; readonly span: Range; readonly filledAt?: number })
  /** files lack rows that the API has */
  | (Dated & About & { readonly kind: 'archive-hole'; readonly span: Range })
  /** one cell of one row cannot be parsed */
  | (Dated &
      About & {
        readonly kind: 'bad-cell';
        readonly time: number;
        readonly column: number;
        readonly where: 'archive' | 'rest' | 'everywhere';
      })
  | (Lasting &
      About & {
        readonly kind: 'damaged-file';
        readonly unit: 'day' | 'month';
        readonly period: Range;
        readonly how: Damage;
      })
  | (Dated &
      About & {
        readonly kind: 'late-file';
        readonly unit: 'day' | 'month';
        readonly period: Range;
        readonly delayMs: number;
      })
  /** files that are due within come out at its end */
  | (Lasting & { readonly kind: 'publication-stop'; readonly dataset: Dataset; readonly market: Market })
  /** how much later than usual the API shows rows */
  | (Lasting & {
      readonly kind: 'rest-lag';
      readonly market: Market;
      readonly dataset: Dataset;
      readonly lagMs: number;
    })
  /** the statistics of the API reach less far back */
  | (Lasting & { readonly kind: 'rest-reach'; readonly reachMs: number });

export type Damage = 'corrupt' | 'wrong-checksum' | 'garbage';

/** What goes wrong with requests while it lasts. */
export type WireFault =
  | (Lasting & { readonly kind: 'outage'; readonly host: Host; readonly how: 'refused' | 'status-503' })
  | (Lasting & { readonly kind: 'ban'; readonly host: 'spot' | 'usdm' })
  /** another program on the same address uses this share of each window of the limit */
  | (Lasting & { readonly kind: 'throttle'; readonly family: string; readonly share: number })
  | (Lasting & { readonly kind: 'timeouts'; readonly host: Host; readonly share: number })
  /** the request is counted and the connection is lost */
  | (Lasting & { readonly kind: 'lost-answers'; readonly host: Host; readonly share: number })
  | (Lasting & { readonly kind: 'late-answers'; readonly host: Host; readonly ms: number })
  | (Lasting & { readonly kind: 'empty-answers'; readonly host: Host; readonly share: number })
  | (Lasting & {
      readonly kind: 'malformed-answers';
      readonly host: Host;
      readonly share: number;
      readonly how: 'html' | 'cut' | 'shape';
    })
  | (Lasting & { readonly kind: 'clock-skew'; readonly ms: number });

export type VenueFault = MarketFault | ContentFault | WireFault;
export type VenueFaultKind = VenueFault['kind'];
export type FaultOf<Kind extends VenueFaultKind> = Extract<VenueFault, { readonly kind: Kind }>;

export const ofKind = <Kind extends VenueFaultKind>(
  faults: readonly VenueFault[],
  kind: Kind,
): FaultOf<Kind>[] => faults.filter((fault): fault is FaultOf<Kind> => fault.kind === kind);
