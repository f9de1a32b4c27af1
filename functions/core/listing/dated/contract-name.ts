import { DAY, HOUR } from '../../time/time.ts';
import type { ContractKind, DatedInstrument } from './market.ts';

/** What a name says by itself. */
export interface ContractName {
  /** the ticker as it was traded: without what the archive added when the contract was settled */
  readonly symbol: string;
  readonly contract: ContractKind;
  readonly base: string;
  readonly quote: string;
  /** of a delivery contract: when it settles, epoch ms */
  readonly settlesAt?: number;
}

/**
 * A contract that was settled before its ticker was listed again may lie in a folder of its own: `TLMUSDTSETTLED`,
 * `ICPUSDT_SETTLED`, `AERGOUSDTSETTLEDSETTLED`.
 */
const SETTLED = /^(.+?)(?:_?SETTLED)+$/;
const DELIVERY = /^(.+)_(\d{2})(\d{2})(\d{2})$/;
/** Delivery contracts settle at this hour of their day. */
const SETTLES_AT = 8 * HOUR;

/** The ticker of a folder. */
export const tickerOf = (folder: string): string => SETTLED.exec(folder)?.[1] ?? folder;

/** Reads the names of a market, by what its list and its past have of assets. */
export function nameReader(
  kind: 'spot' | 'perpetual',
  quotes: readonly string[],
  listed: readonly DatedInstrument[],
): (symbol: string) => ContractName {
  const byLength = [...new Set([...quotes, ...listed.map(({ quote }) => quote)])].sort(
    (a, b) => b.length - a.length || (a < b ? -1 : 1),
  );
  const bases = new Set(listed.map(({ base }) => base));
  return (symbol) => {
    const [, pair = symbol, year, month, day] = (kind === 'spot' ? null : DELIVERY.exec(symbol)) ?? [];
    const possible = byLength.filter((quote) => pair.endsWith(quote) && pair !== quote);
    const baseOf = (quote: string): string => pair.slice(0, -quote.length);
    // LUNAEUR is LUNA in EUR, and no LUN in AEUR.
    const quote = possible.find((one) => bases.has(baseOf(one))) ?? possible[0] ?? '';
    const base = quote === '' ? pair : baseOf(quote);
    if (year === undefined) return { symbol, contract: kind, base, quote };
    const settlesOn = Date.parse(`20${year}-${month}-${day}`);
    const isDate = settlesOn % DAY === 0;
    return {
      symbol,
      contract: 'delivery',
      base,
      quote,
      ...(isDate && { settlesAt: settlesOn + SETTLES_AT }),
    };
  };
}
