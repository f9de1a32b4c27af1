import { HOUR } from '../../core/time/time.ts';

export interface OptionName {
  readonly currency: string;
  /** 08:00 UTC of the day in the name; epoch ms */
  readonly expiry: number;
  readonly strike: number;
  readonly side: 'call' | 'put';
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const NAME = /^([A-Z]+)-(\d{1,2})([A-Z]{3})(\d{2})-(\d+(?:d\d+)?)-([CP])$/;

/** Reads `BTC-2APR20-6500-C`; a strike below one has a `d` for its point. Undefined for what is no option's name. */
export function readOptionName(name: unknown): OptionName | undefined {
  const [, currency, day, word, year, strike, side] = NAME.exec(String(name)) ?? [];
  const month = MONTHS.indexOf(word ?? '');
  if (!currency || month < 0) return undefined;
  return {
    currency,
    expiry: Date.UTC(2000 + Number(year), month, Number(day)) + 8 * HOUR,
    strike: Number(strike?.replace('d', '.')),
    side: side === 'C' ? 'call' : 'put',
  };
}
