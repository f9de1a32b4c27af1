import { msOf } from './data.ts';

/** What a chart shows, as its address has it. */
export interface SeriesPlace {
  /** width of the candles; empty: the usual one */
  readonly every: string;
  /** where the chart ends, as the API takes it; empty: now */
  readonly to: string;
  /** rows to begin with */
  readonly bars: number;
  /** of a line; empty: the first one */
  readonly column: string;
  readonly log: boolean;
  /** other series below, `source symbol timeframe` each */
  readonly panes: readonly string[];
  /** another series on the same pane; empty: none */
  readonly compare: string;
  /** of values that are revised: the day whose knowledge is shown; empty: today's */
  readonly asOf: string;
}

export const BARS = 500;
const MOST_BARS = 5_000;

export function seriesPlaceFrom(query: URLSearchParams): SeriesPlace {
  const bars = Math.floor(Number(query.get('bars')));
  const to = query.get('to') ?? '';
  return {
    every: query.get('every') ?? '',
    to: Number.isNaN(Date.parse(to)) ? '' : to,
    bars: bars >= 2 && bars <= MOST_BARS ? bars : BARS,
    column: query.get('column') ?? '',
    log: query.get('scale') === 'log',
    panes: query.get('panes')?.split(',').filter(Boolean) ?? [],
    compare: query.get('compare') ?? '',
    asOf: /^\d{4}-\d\d-\d\d$/.test(query.get('as_of') ?? '') ? query.get('as_of')! : '',
  };
}

export const seriesQueryOf = (place: SeriesPlace): Record<string, string> => ({
  ...(place.every && { every: place.every }),
  ...(place.to && { to: place.to }),
  ...(place.bars !== BARS && { bars: String(place.bars) }),
  ...(place.column && { column: place.column }),
  ...(place.log && { scale: 'log' }),
  ...(place.panes.length > 0 && { panes: place.panes.join(',') }),
  ...(place.compare && { compare: place.compare }),
  ...(place.asOf && { as_of: place.asOf }),
});

const DAY = 86_400_000;

export const RANGES = { '1D': DAY, '1W': 7 * DAY, '1M': 31 * DAY, '1Y': 366 * DAY, All: undefined } as const;
export type RangeName = keyof typeof RANGES;

/** As many bars as the eye can part. */
const MANY_BARS = 800;

/**
 * The candles that show a range: the narrowest that are not too many.
 * @param span of all rows, ms
 */
export function rangeOf(
  name: RangeName,
  widths: readonly string[],
  span: number,
): Pick<SeriesPlace, 'every' | 'bars'> {
  const length = Math.max(1, Math.min(RANGES[name] ?? span, span));
  const every = widths.find((width) => length / msOf(width) <= MANY_BARS) ?? widths.at(-1)!;
  return { every, bars: Math.max(2, Math.min(MOST_BARS, Math.ceil(length / msOf(every)))) };
}
