import { sourcesToOrder } from '../../functions/core/series/names/named-sources.ts';
import type { Family, Source, Sources } from '../../functions/core/series/source.ts';

/** One step of the seed: a family or one source of it, the variable that leaves it out, and whether SYMBOLS means its symbols. */
export interface Stage {
  readonly family: Family;
  /** one source of the family, which is ordered by its name; absent: the family */
  readonly source?: string;
  /** only this many days before the end of the seed; absent: the whole range */
  readonly days?: number;
  readonly skip: string;
  readonly takesSymbols: boolean;
  /** ordered only when the stages before it have ended; else at once, for each waits for a venue of its own */
  readonly afterOthers?: true;
  /** the demo alone loads it: the six views of candles shall have rows there */
  readonly demoOnly?: true;
}

/** In the order in which they are shown. */
export const stages: readonly Stage[] = [
  { family: 'klines', skip: 'SKIP_KLINES', takesSymbols: true },
  { family: 'funding', skip: 'SKIP_FUNDING', takesSymbols: true },
  { family: 'open_interest', skip: 'SKIP_OI', takesSymbols: true },
  // Its files are those of open interest, whose job brings its rows along: at the same time each file would be read twice.
  { family: 'metrics', skip: 'SKIP_METRICS', takesSymbols: true, afterOthers: true },
  { family: 'sentiment', skip: 'SKIP_SENTIMENT', takesSymbols: false },
  { family: 'macro', skip: 'SKIP_MACRO', takesSymbols: false },
  // Options are listed by currency, not by market.
  { family: 'gex', skip: 'SKIP_GEX', takesSymbols: false },
  { family: 'options', days: 30, skip: 'SKIP_OPTIONS', takesSymbols: false, demoOnly: true },
  {
    family: 'klines',
    source: 'klines_bybit_spot',
    days: 2,
    skip: 'SKIP_KLINES',
    takesSymbols: true,
    demoOnly: true,
  },
  {
    family: 'klines',
    source: 'klines_bybit_linear',
    days: 2,
    skip: 'SKIP_KLINES',
    takesSymbols: true,
    demoOnly: true,
  },
  // Its symbols are written otherwise than Binance's.
  {
    family: 'klines',
    source: 'klines_okx_spot',
    days: 2,
    skip: 'SKIP_KLINES',
    takesSymbols: false,
    demoOnly: true,
  },
  {
    family: 'klines',
    source: 'klines_okx_swap',
    days: 2,
    skip: 'SKIP_KLINES',
    takesSymbols: false,
    demoOnly: true,
  },
  {
    family: 'metrics',
    source: 'ratio_bybit_accounts',
    days: 7,
    skip: 'SKIP_METRICS',
    takesSymbols: true,
    demoOnly: true,
  },
  {
    family: 'klines',
    source: 'mark_price_klines',
    days: 7,
    skip: 'SKIP_KLINES',
    takesSymbols: true,
    demoOnly: true,
  },
  {
    family: 'klines',
    source: 'index_price_klines',
    days: 7,
    skip: 'SKIP_KLINES',
    takesSymbols: true,
    demoOnly: true,
  },
  {
    family: 'klines',
    source: 'premium_index_klines',
    days: 7,
    skip: 'SKIP_KLINES',
    takesSymbols: true,
    demoOnly: true,
  },
  {
    family: 'klines',
    source: 'klines_coinm',
    days: 7,
    skip: 'SKIP_KLINES',
    takesSymbols: false,
    demoOnly: true,
  },
  {
    family: 'funding',
    source: 'funding_binance_coinm',
    days: 90,
    skip: 'SKIP_FUNDING',
    takesSymbols: false,
    demoOnly: true,
  },
  {
    family: 'open_interest',
    source: 'open_interest_binance_coinm',
    days: 7,
    skip: 'SKIP_OI',
    takesSymbols: false,
    demoOnly: true,
  },
  {
    family: 'trades',
    source: 'trades_spot',
    days: 1,
    skip: 'SKIP_TRADES',
    takesSymbols: true,
    demoOnly: true,
  },
  {
    family: 'trades',
    source: 'trades_perp',
    days: 1,
    skip: 'SKIP_TRADES',
    takesSymbols: true,
    demoOnly: true,
  },
  { family: 'candles', skip: 'SKIP_CANDLES', takesSymbols: true, demoOnly: true },
];

/** The word that the stage orders, and its title. */
export const wordOf = ({ family, source }: Stage): string => source ?? family;

/** The sources that a stage loads. */
export const sourcesOfStage = (stage: Stage, sources: Sources): readonly Source[] => {
  const word = wordOf(stage);
  const isKnown = Object.values(sources).some(({ id, family }) => id === word || family === word);
  return isKnown ? sourcesToOrder(sources, word) : [];
};
