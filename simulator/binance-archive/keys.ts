import { type Period, periodAt } from '../../functions/core/time/period.ts';
import { type Computed, type Market, type MarketName, marketName } from '../market/contracts.ts';

export type Dataset = 'aggTrades' | 'klines' | keyof typeof COMPUTED | 'fundingRate' | 'metrics';

/** Candles of what is computed. Their files have the names of the contract's: only the folder differs. */
export const COMPUTED = {
  markPriceKlines: 'mark',
  indexPriceKlines: 'index',
  premiumIndexKlines: 'premium',
} as const satisfies Readonly<Record<string, Computed>>;
const KLINES: readonly Dataset[] = ['klines', ...(Object.keys(COMPUTED) as (keyof typeof COMPUTED)[])];

/** Whether the files are candles, in folders by interval. */
export const isKlines = (dataset: Dataset): boolean => KLINES.includes(dataset);

/** undefined: nothing is computed, it is about the contract itself */
export const computedIn = (dataset: Dataset): Computed | undefined =>
  COMPUTED[dataset as keyof typeof COMPUTED] as Computed | undefined;

/** The market as outages and overrides name it. */
export const marketNameOf = ({ market, dataset }: Pick<ArchiveObject, 'market' | 'dataset'>): MarketName =>
  marketName(market, computedIn(dataset));

/** One published file. */
export interface ArchiveObject {
  /** `data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2020-08.zip` */
  readonly key: string;
  /** `BTCUSDT-1h-2020-08` */
  readonly name: string;
  readonly market: Market;
  readonly unit: 'month' | 'day';
  readonly dataset: Dataset;
  readonly symbol: string;
  /** as in the path: the calendar month is `1mo`; empty where the dataset has none */
  readonly interval: string;
  readonly period: Period;
}

export const FOLDERS: Readonly<Record<Market, string>> = {
  spot: 'spot',
  um: 'futures/um',
  cm: 'futures/cm',
};
const TIERS = { month: 'monthly', day: 'daily' } as const;

const KLINE_INTERVALS = '1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d'.split(' ');
const MONTHLY_ONLY = ['3d', '1w', '1mo'];

/** Path names of the intervals that exist as files. */
export function intervalsOf(market: Market, unit: 'month' | 'day'): readonly string[] {
  const seconds = market === 'spot' ? ['1s'] : [];
  return [...seconds, ...KLINE_INTERVALS, ...(unit === 'month' ? MONTHLY_ONLY : [])];
}

/** Which datasets exist for a market, and as what. */
export function datasetsOf(market: Market, unit: 'month' | 'day'): readonly Dataset[] {
  if (market === 'spot') return ['aggTrades', 'klines'];
  if (market === 'cm')
    return unit === 'month'
      ? ['fundingRate', 'klines', 'markPriceKlines']
      : ['klines', 'markPriceKlines', 'metrics'];
  return unit === 'month' ? ['aggTrades', 'fundingRate', ...KLINES] : ['aggTrades', ...KLINES, 'metrics'];
}

/** Folder of a series, with its slash. */
export function folderOf(
  o: Pick<ArchiveObject, 'market' | 'unit' | 'dataset' | 'symbol' | 'interval'>,
): string {
  const interval = o.interval ? `${o.interval}/` : '';
  return `data/${FOLDERS[o.market]}/${TIERS[o.unit]}/${o.dataset}/${o.symbol}/${interval}`;
}

export function objectOf(
  series: Pick<ArchiveObject, 'market' | 'unit' | 'dataset' | 'symbol' | 'interval'>,
  period: Period,
): ArchiveObject {
  const name = `${series.symbol}-${isKlines(series.dataset) ? series.interval : series.dataset}-${period.name}`;
  return { ...series, period, name, key: `${folderOf(series)}${name}.zip` };
}

const KEY =
  /^data\/(spot|futures\/[uc]m)\/(monthly|daily)\/(aggTrades|klines|markPriceKlines|indexPriceKlines|premiumIndexKlines|fundingRate|metrics)\/([A-Z0-9_\u0080-\uffff]+)\/(?:(\w+)\/)?\4-(\w+)-(\d{4}-\d{2}(?:-\d{2})?)\.zip$/;

/** Reads a key (without `.CHECKSUM`); undefined: no file could ever have that name. */
export function parseKey(key: string): ArchiveObject | undefined {
  const m = KEY.exec(key);
  if (!m) return undefined;
  const [, folder, tier, dataset, symbol = '', interval = '', , date = ''] = m;
  const market = (Object.keys(FOLDERS) as Market[]).find((of) => FOLDERS[of] === folder) ?? 'spot';
  const unit = tier === 'monthly' ? 'month' : 'day';
  const at = Date.parse(unit === 'month' ? `${date}-01` : date);
  if (Number.isNaN(at)) return undefined;
  const made = objectOf({ market, unit, dataset: dataset as Dataset, symbol, interval }, periodAt(unit, at));
  const known = datasetsOf(market, unit).includes(made.dataset);
  const fits = isKlines(made.dataset) ? intervalsOf(market, unit).includes(interval) : interval === '';
  // Rebuilding the key is the check that every part of it agrees with every other.
  return known && fits && made.key === key ? made : undefined;
}
