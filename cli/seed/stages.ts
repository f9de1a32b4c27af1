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
  /** the demo alone loads it: so that the six views of candles have rows there */
  readonly demoOnly?: true;
}

/**
 * The sources that go by their own name: the demo loads a few days of each.
 * @param takesSymbols their symbols are written as Binance's are
 */
const alone = (family: Family, source: string, days: number, skip: string, takesSymbols: boolean): Stage => ({
  family,
  source,
  days,
  skip,
  takesSymbols,
  demoOnly: true,
});
const FEW_DAYS: readonly Stage[] = [
  alone('klines', 'klines_bybit_spot', 2, 'SKIP_KLINES', true),
  alone('klines', 'klines_bybit_linear', 2, 'SKIP_KLINES', true),
  alone('klines', 'klines_okx_spot', 2, 'SKIP_KLINES', false),
  alone('klines', 'klines_okx_swap', 2, 'SKIP_KLINES', false),
  alone('klines', 'klines_hyperliquid_perp', 2, 'SKIP_KLINES', false),
  alone('klines', 'klines_hyperliquid_spot', 2, 'SKIP_KLINES', false),
  alone('funding', 'funding_hyperliquid', 30, 'SKIP_FUNDING', false),
  alone('metrics', 'ratio_bybit_accounts', 7, 'SKIP_METRICS', true),
  alone('klines', 'mark_price_klines', 7, 'SKIP_KLINES', true),
  alone('klines', 'index_price_klines', 7, 'SKIP_KLINES', true),
  alone('klines', 'premium_index_klines', 7, 'SKIP_KLINES', true),
  alone('klines', 'klines_coinm', 7, 'SKIP_KLINES', false),
  alone('funding', 'funding_binance_coinm', 90, 'SKIP_FUNDING', false),
  alone('open_interest', 'open_interest_binance_coinm', 7, 'SKIP_OI', false),
  alone('options', 'option_trades_deribit', 1, 'SKIP_OPTIONS', false),
  alone('trades', 'trades_spot', 1, 'SKIP_TRADES', true),
  alone('trades', 'trades_perp', 1, 'SKIP_TRADES', true),
  // Among this many days is the first of a month that is published.
  alone('options', 'option_quotes_tardis', 33, 'SKIP_OPTIONS', false),
  alone('klines', 'mark_price_klines_coinm', 7, 'SKIP_KLINES', false),
  alone('klines', 'premium_index_klines_coinm', 7, 'SKIP_KLINES', false),
];

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
  ...FEW_DAYS,
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
