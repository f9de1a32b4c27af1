import type { Family } from '../../functions/core/source.ts';

/** One step of the seed: a family, the variable that leaves it out, and whether SYMBOLS means its symbols. */
export interface Stage {
  readonly family: Family;
  readonly skip: string;
  readonly takesSymbols: boolean;
}

/** In the order in which they run. */
export const stages: readonly Stage[] = [
  { family: 'klines', skip: 'SKIP_KLINES', takesSymbols: true },
  { family: 'funding', skip: 'SKIP_FUNDING', takesSymbols: true },
  { family: 'open_interest', skip: 'SKIP_OI', takesSymbols: true },
  { family: 'metrics', skip: 'SKIP_METRICS', takesSymbols: true },
  { family: 'sentiment', skip: 'SKIP_SENTIMENT', takesSymbols: false },
  { family: 'macro', skip: 'SKIP_MACRO', takesSymbols: false },
  // Options are listed by currency, not by market.
  { family: 'gex', skip: 'SKIP_GEX', takesSymbols: false },
];
