import type { SnapshotTier, Source } from '../../core/series/source.ts';
import type { OptionState } from '../deribit/book-summary.ts';
import { chainTier, exposureOf, readChain } from '../deribit/chain.ts';
import { gex_deribit } from '../gex/gex_deribit.ts';
import { type OptionQuote, quoteRows, quotesTable } from '../option-chain/quotes.ts';

const table = quotesTable('deribit');

/** Options on BTC and ETH are inverse: their prices are in the coin. */
const quoteOf = (option: OptionState, index: number): OptionQuote => ({
  ...option,
  quote: option.currency,
  forward: Number.isNaN(option.forward) ? null : option.forward,
  index,
});

/** The exposure of the same answers comes along, so that both are of one instant and nothing is requested twice. */
const snapshot: SnapshotTier = {
  ...chainTier,
  parse(bodies, { symbol }, at) {
    const chain = readChain(bodies, symbol, at);
    const quotes = chain.options.map((option) => quoteOf(option, chain.spot));
    return {
      batch: quoteRows(table, symbol, at, quotes),
      findings: chain.findings,
      also: { [gex_deribit.id]: exposureOf(chain, symbol, at) },
    };
  },
};

/**
 * The chains of all BTC and ETH options of Deribit as rows, an hour apart: a history that nobody can load later. What is made of
 * them (exposure, skew, term structure) are views.
 */
export const option_quotes_deribit: Source = {
  ...gex_deribit,
  id: 'option_quotes_deribit',
  family: 'options',
  title: 'Option chains of Deribit',
  table,
  tiers: [snapshot],
  siblings: [gex_deribit.id],
};
