import { HOUR } from '../../core/time/time.ts';

export interface OptionName {
  readonly currency: string;
  /** 08:00 UTC of the day in the name; epoch ms */
  readonly expiry: number;
  readonly strike: number;
  readonly side: 'call' | 'put';
  /** the asset that it is settled in, where the name says so; absent: the coin itself, or what the venue began with */
  readonly settledIn?: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const NAME = /^([A-Z0-9]+)(?:_([A-Z]+))?-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:[dD.]\d+)?)-([CP])(?:-([A-Z]+))?$/;

/**
 * Reads names of options as Deribit and Bybit write them: `BTC-2APR20-6500-C`, `AVAX_USDC-1OCT26-9d5-C` with a `d` for the point,
 * `BTC-27MAR26-70000-P-USDT`. Undefined for what is not an option's name.
 */
export function readOptionName(name: unknown): OptionName | undefined {
  const [, currency, pair, day, word, year, strike, side, suffix] = NAME.exec(String(name)) ?? [];
  const month = MONTHS.indexOf(word ?? '');
  if (!currency || month < 0) return undefined;
  const settledIn = pair ?? suffix;
  return {
    currency,
    expiry: Date.UTC(2000 + Number(year), month, Number(day)) + 8 * HOUR,
    strike: Number(strike?.replace(/d/i, '.')),
    side: side === 'C' ? 'call' : 'put',
    ...(settledIn !== undefined && { settledIn }),
  };
}
