import type { Family } from '../../functions/core/series/source.ts';

/** One step of the seed: a family, the variable that leaves it out, and whether SYMBOLS means its symbols. */
export interface Stage {
  readonly family: Family;
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
  { family: 'candles', skip: 'SKIP_CANDLES', takesSymbols: true, demoOnly: true },
];
