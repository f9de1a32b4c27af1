import type { Finding, SnapshotTier } from '../../core/series/source.ts';
import { withoutRepeated } from '../option-chain/quotes.ts';
import { indexPriceIn, type OptionState, optionsIn } from './book-summary.ts';
import { sumExposure } from './gamma-exposure.ts';
import { requestFor, serverTimeIn } from './request.ts';

/** All living options of a coin at one moment. */
export interface Chain {
  readonly options: readonly OptionState[];
  /** the venue's index, US dollars */
  readonly spot: number;
  readonly findings: readonly Finding[];
}

/** The requests of a whole chain, whatever is made of it: all options, and the index. */
export const chainTier = {
  kind: 'snapshot',
  name: 'book-summary',
  requests: ({ symbol }) => [
    requestFor('get_book_summary_by_currency', { currency: symbol, kind: 'option' }),
    requestFor('get_index_price', { index_name: `${symbol.toLowerCase()}_usd` }),
  ],
  statedAt: serverTimeIn,
} as const satisfies Omit<SnapshotTier, 'parse'>;

/** The answers to these requests. @param at the step that they are of; epoch ms. @throws GordonError `malformed-rows` */
export function readChain(bodies: readonly Uint8Array[], symbol: string, at: number): Chain {
  const [summary, index] = bodies;
  const { options, findings } = optionsIn(summary!, symbol, at);
  const once = withoutRepeated(options, at);
  return {
    options: once.quotes,
    findings: [...findings, ...once.findings],
    spot: indexPriceIn(index!, symbol),
  };
}

/** A chain as rows of `gex_snapshots`. */
export function exposureOf({ options, spot, findings }: Chain, symbol: string, at: number) {
  const summed = sumExposure(symbol, at, spot, options);
  return { ...summed, findings: [...findings, ...summed.findings] };
}
