import type { Range } from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { type Market, ofKind, type VenueFault } from '../../faults/fault.ts';

/** What a venue lists from the beginning, before anything goes wrong. */
export interface BaseSymbol {
  readonly market: Market;
  /** such as `AAAUSDT` */
  readonly symbol: string;
  /** first minute with a row; epoch ms, a whole minute */
  readonly listedAt: number;
  /** between two settlements; perpetuals only */
  readonly fundingHours?: 1 | 2 | 4 | 8;
  /** share of minutes without a trade */
  readonly quiet?: number;
}

interface Life extends Range {
  /** its end is infinite while it lasts */
  readonly end: number;
  /** of a reused ticker each contract has its own */
  readonly contract: number;
}

interface Phase {
  readonly from: number;
  readonly hours: number;
}

/** A symbol with all that ever becomes of it. */
export interface Listed {
  readonly market: Market;
  readonly symbol: string;
  readonly lives: readonly Life[];
  /** from when on another contract has the ticker: the API has no row before it any more. One for each time, in order */
  readonly reusedAt: readonly number[];
  /** from here on the API does not know the symbol */
  readonly forgottenAt: number;
  /** files go on after the end with frozen rows up to here; absent: they do not */
  readonly frozenUntil?: number;
  /** how often it settles, oldest first */
  readonly phases: readonly Phase[];
  readonly quiet: number;
}

export const keyOf = ({ market, symbol }: Pick<Listed, 'market' | 'symbol'>): string => `${market} ${symbol}`;

/** Whether the API lists it. */
export const isKnown = ({ lives, forgottenAt }: Listed, now: number): boolean =>
  lives[0]!.start <= now && now < forgottenAt;

export const isTrading = ({ lives }: Listed, now: number): boolean =>
  lives.some(({ start, end }) => start <= now && now < end);

/** All symbols of a venue with their lives, as its faults have them. */
export function bookOf(base: readonly BaseSymbol[], faults: readonly VenueFault[]): Map<string, Listed> {
  const added = ofKind(faults, 'new-listing').map(({ market, symbol, at }): BaseSymbol => {
    return { market, symbol, listedAt: at };
  });
  return new Map([...base, ...added].map((one) => [keyOf(one), listed(one, faults)]));
}

function listed(base: BaseSymbol, faults: readonly VenueFault[]): Listed {
  const { market, symbol, listedAt, fundingHours = 8, quiet = 0 } = base;
  const lives: Life[] = [{ start: listedAt, end: Number.POSITIVE_INFINITY, contract: 0 }];
  const reusedAt: number[] = [];
  let end: { zombiesUntil?: number; forgottenAt?: number } = {};
  for (const fault of mineOf(base, faults)) {
    const last = lives.at(-1)!;
    if (fault.at <= last.start || last.end !== Number.POSITIVE_INFINITY) continue;
    lives[lives.length - 1] = { ...last, end: fault.at };
    if (fault.kind === 'delisting') end = fault;
    else {
      const reused = fault.kind === 'reused-ticker';
      lives.push({
        start: fault.until,
        end: Number.POSITIVE_INFINITY,
        contract: last.contract + (reused ? 1 : 0),
      });
      if (reused) reusedAt.push(fault.until);
    }
  }
  const changes = market === 'um' ? ofKind(faults, 'interval-change') : [];
  return {
    market,
    symbol,
    lives,
    reusedAt,
    forgottenAt: end.forgottenAt ?? Number.POSITIVE_INFINITY,
    ...(end.zombiesUntil !== undefined && market === 'um' && { frozenUntil: end.zombiesUntil }),
    phases: [
      { from: 0, hours: fundingHours },
      ...changes
        .filter((change) => change.symbol === symbol)
        .sort((a, b) => a.at - b.at)
        .map(({ at, hours }) => ({ from: at, hours })),
    ],
    quiet,
  };
}

/** What ends or interrupts its life, in order. */
function mineOf({ market, symbol }: BaseSymbol, faults: readonly VenueFault[]) {
  return [...ofKind(faults, 'delisting'), ...ofKind(faults, 'relist'), ...ofKind(faults, 'reused-ticker')]
    .filter((fault) => fault.market === market && fault.symbol === symbol)
    .sort((a, b) => a.at - b.at);
}

export interface Due {
  /** the hour at which it is due; epoch ms */
  readonly at: number;
  readonly hours: number;
  readonly life: Life;
}

/** The settlements of a perpetual that are due in `[start, end)`. */
export function duesOf({ lives, phases }: Listed, { start, end }: Range): Due[] {
  const out: Due[] = [];
  for (const life of lives) {
    const from = Math.ceil(Math.max(start, life.start) / HOUR) * HOUR;
    for (let at = from; at < Math.min(end, life.end); at += HOUR) {
      // The interval that was in force before an instant decides.
      const { hours } = phases.findLast((phase) => phase.from < at) ?? phases[0]!;
      if (at % (hours * HOUR) !== 0 || at < life.start + hours * HOUR) continue;
      out.push({ at, hours, life });
    }
  }
  return out;
}
