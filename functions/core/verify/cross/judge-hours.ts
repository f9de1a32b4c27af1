import type { Finding } from '../../series/source.ts';
import { HOUR } from '../../time/time.ts';
import type { Comparison, HourOfCandles, HourOfPrices } from './comparison.ts';

/** Prices of one thing that lie further apart for a whole hour are not a spread. */
const APART = 0.02;
/** A price that stands still while the other one moves by this much is not followed any more. */
const MOVED = 0.01;
/** What a wrong unit multiplies a price by. */
const UNITS = [1e-6, 1e-3, 1e3, 1e6];
/** Sums of sixty volumes stray from the venue's own by less. */
const ROUNDING = 1e-9;

/** The kinds of findings about prices. `price-apart` and `value-apart` are those of their comparisons. */
export const PRICE_KINDS = ['price-apart', 'value-apart', 'scale-mismatch', 'stale-price'] as const;
export const CANDLES_DISAGREE = 'candles-disagree';

type Verdict = { readonly kind: (typeof PRICE_KINDS)[number]; readonly why: string };

interface Names {
  readonly comparison: Pick<Comparison, 'kind' | 'what' | 'samples'>;
  /** as people read them, such as `klines_spot BTCUSDT 1m` */
  readonly left: string;
  readonly right: string;
  readonly scale: number;
}

/**
 * What hours of prices say of two series. Hours in a row with one verdict are one finding.
 * @param hours in order
 */
export function judgePrices(hours: readonly HourOfPrices[], names: Names): Finding[] {
  const runs: { verdict: Verdict; hours: HourOfPrices[] }[] = [];
  for (const hour of hours) {
    const verdict = verdictOf(hour, names);
    if (!verdict) continue;
    const last = runs.at(-1);
    const follows = last && last.hours.at(-1)!.start + HOUR === hour.start;
    if (follows && last.verdict.why === verdict.why) last.hours.push(hour);
    else runs.push({ verdict, hours: [hour] });
  }
  return runs.map(({ verdict, hours: of }) => findingOf(verdict, of, names));
}

function verdictOf({ samples, ratio, left, right }: HourOfPrices, names: Names): Verdict | undefined {
  if (samples < names.comparison.samples) return undefined;
  const [low, high] = [ratio.low / names.scale, ratio.high / names.scale];
  const moved = ({ low: from, high: to }: HourOfPrices['left']): number => to / from - 1;
  if (left.low === left.high && moved(right) >= MOVED) return stale(names.left, names.right);
  if (right.low === right.high && moved(left) >= MOVED) return stale(names.right, names.left);
  if (low <= 1 + APART && high >= 1 - APART) return undefined;
  const unit = UNITS.find((by) => low / by <= 1 + APART && high / by >= 1 - APART);
  if (unit !== undefined) {
    const by = unit > 1 ? `${unit} times` : `one ${Math.round(1 / unit)}th of`;
    return {
      kind: 'scale-mismatch',
      why: `${names.left} is ${by} ${names.right}: one of the two is in another unit`,
    };
  }
  const { kind, what } = names.comparison;
  return { kind, why: `${names.left} and ${names.right} are more than 2 % apart: ${what}` };
}

const stale = (still: string, moving: string): Verdict => ({
  kind: 'stale-price',
  why: `${still} did not move while ${moving} moved by more than 1 %`,
});

function findingOf({ kind, why }: Verdict, hours: readonly HourOfPrices[], { right, scale }: Names): Finding {
  const [first, last] = [hours[0]!, hours.at(-1)!];
  const low = Math.min(...hours.map(({ ratio }) => ratio.low / scale));
  const high = Math.max(...hours.map(({ ratio }) => ratio.high / scale));
  return {
    kind,
    time: first.start,
    until: last.start + HOUR,
    detail: {
      message: `${why} (for ${hours.length} h, ratio ${short(low)} to ${short(high)})`,
      other: right,
      hours: hours.length,
      'ratio low': low,
      'ratio high': high,
      scale,
    },
  };
}

const short = (ratio: number): string => String(Number(ratio.toPrecision(5)));

/** Hours whose candle of 1h is not what their sixty candles of 1m make: prices and counts exactly, volumes up to rounding. */
export function judgeCandles(hours: readonly HourOfCandles[], source: string): Finding[] {
  return hours.flatMap(({ start, made, stored }): Finding[] => {
    const fields = Object.keys(made).filter((field) => differs(field, made[field]!, stored[field]!));
    if (fields.length === 0) return [];
    const named = fields.map((field) => `${field} ${made[field]} instead of ${stored[field]}`);
    return [
      {
        kind: CANDLES_DISAGREE,
        time: start,
        until: start + HOUR,
        detail: {
          message: `sixty candles of 1m of ${source} make one of 1h with ${named.join(', ')}`,
          ...Object.fromEntries(
            fields.flatMap((field) => [
              [`${field} of 1m`, made[field]!],
              [`${field} of 1h`, stored[field]!],
            ]),
          ),
        },
      },
    ];
  });
}

function differs(field: string, made: number, stored: number): boolean {
  const summed = /volume$|^turnover$/.test(field);
  const slack = summed ? ROUNDING * Math.max(Math.abs(made), Math.abs(stored), 1) : 0;
  return Math.abs(made - stored) > slack;
}
