import { toBatch } from '../../core/series/batch.ts';
import type { Finding, Parsed } from '../../core/series/source.ts';
import { KNOWN_AT, type TableSpec } from '../../core/series/table.ts';
import type { OptionState } from './book-summary.ts';

const number = (name: string) => ({ name, type: 'float8' }) as const;

export const gexTable: TableSpec = {
  name: 'gex_snapshots',
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'expiry', type: 'timestamptz' },
    number('strike'),
    ...['call_oi', 'put_oi', 'call_iv', 'put_iv', 'call_gamma', 'put_gamma'].map(number),
    ...['call_gex', 'put_gex', 'gross_gex', 'forward', 'spot'].map(number),
    { name: 'quoted_at', type: 'timestamptz' },
  ],
  key: ['symbol', 'time', 'expiry', 'strike'],
  computed: [KNOWN_AT],
  cadence: 'irregular',
};

/** A move of the price of one percent. */
const ONE_PERCENT = 0.01;

/**
 * Gamma exposure: by how many US dollars the delta of all open contracts changes when the price moves by 1 %. The move
 * is `spot × 0.01` dollars, each changes the delta of a coin by `gamma`, and a coin is worth `spot`.
 * @param openInterest coins
 */
export const gammaExposure = (gamma: number, openInterest: number, spot: number): number =>
  gamma * openInterest * spot ** 2 * ONE_PERCENT;

interface Strike {
  call?: OptionState;
  put?: OptionState;
}

/**
 * A snapshot as rows, one for each strike of each expiry with open interest.
 * @param at the step that the rows belong to
 */
export function sumExposure(
  symbol: string,
  at: number,
  spot: number,
  options: readonly OptionState[],
): Parsed {
  const strikes = new Map<string, Strike>();
  for (const option of options) {
    if (option.openInterest === 0) continue;
    const key = `${option.expiry} ${option.strike}`;
    const strike = strikes.get(key) ?? {};
    strike[option.side] = option;
    strikes.set(key, strike);
  }
  const rows = [...strikes.values()]
    .map(({ call, put }) => rowOf(symbol, at, spot, call, put))
    .sort((a, b) => Number(a[2]) - Number(b[2]) || Number(a[3]) - Number(b[3]));
  return { batch: toBatch(gexTable, rows), findings: unpriced(at, options) };
}

function rowOf(
  symbol: string,
  at: number,
  spot: number,
  call: OptionState | undefined,
  put: OptionState | undefined,
): readonly (number | string | null)[] {
  const { expiry, strike, forward } = (call ?? put)!;
  const [callGex, putGex] = [sideOf(call, spot), sideOf(put, spot)];
  return [
    symbol,
    at,
    expiry,
    strike,
    call ? call.openInterest : 0,
    put ? put.openInterest : 0,
    call?.iv ?? null,
    put?.iv ?? null,
    call?.greeks?.gamma ?? null,
    put?.greeks?.gamma ?? null,
    callGex,
    putGex,
    callGex === null || putGex === null ? null : callGex + putGex,
    Number.isNaN(forward) ? null : forward,
    spot,
    Math.max(call?.at ?? 0, put?.at ?? 0),
  ];
}

/** Options without open interest add nothing. The exposure of those with open interest but no gamma is unknown. */
function sideOf(option: OptionState | undefined, spot: number): number | null {
  if (!option) return 0;
  const { greeks, openInterest } = option;
  return !greeks || openInterest === null ? null : gammaExposure(greeks.gamma, openInterest, spot);
}

function unpriced(at: number, options: readonly OptionState[]): Finding[] {
  const without = options.filter(({ greeks, openInterest }) => !greeks && (openInterest ?? 0) > 0);
  if (without.length === 0) return [];
  const openInterest = without.reduce((sum, option) => sum + (option.openInterest ?? 0), 0);
  return [{ kind: 'unpriced-options', time: at, detail: { options: without.length, openInterest } }];
}
