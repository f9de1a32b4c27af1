import { useRef } from 'preact/hooks';
import { usePoll } from '../lib/poll.ts';
import { numbersOf, pointsOf, type Report, type Source, shapeOf } from './data.ts';
import { requestRows } from './rows.ts';

/** Another series as one line. */
export interface Line {
  /** `source symbol timeframe` */
  readonly name: string;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

export const nameOf = ({
  source,
  symbol,
  timeframe,
}: Pick<Report, 'source' | 'symbol' | 'timeframe'>): string => `${source} ${symbol} ${timeframe}`;

/** What is drawn of a series that is one line: the close of candles, of snapshots nothing. */
export function columnOf(source: Source): string | undefined {
  const shape = shapeOf(source);
  // Which of several rows at one instant would be a matter of chance.
  if (shape === 'strikes' || source.dimensions.length > 0) return undefined;
  return shape === 'candles' ? 'close' : numbersOf(source)[0];
}

const MOST_ROWS = 5_000;

/**
 * Other series in the time of a chart, each as one line; empty until they are there.
 * @param every width of candles among them
 */
export function useLines(
  names: readonly string[],
  sources: readonly Source[],
  range: { readonly from: string; readonly to: string } | undefined,
  every: string,
): readonly Line[] {
  const last = useRef<readonly Line[]>([]);
  const polled = usePoll(
    `${names.join()} ${range?.from} ${range?.to} ${every}`,
    async (signal) =>
      range === undefined
        ? []
        : (await Promise.all(names.map((name) => line(name, sources, range, every, signal)))).flat(),
    () => 60_000,
  );
  // While more is loaded the lines stay.
  last.current = polled.data ?? last.current.filter(({ name }) => names.includes(name));
  return last.current;
}

async function line(
  name: string,
  sources: readonly Source[],
  range: { readonly from: string; readonly to: string },
  every: string,
  signal: AbortSignal,
): Promise<Line[]> {
  const [id, symbol, timeframe] = name.split(' ');
  const source = sources.find((one) => one.id === id);
  const column = source && columnOf(source);
  if (!source || !column || !symbol || !timeframe) return [];
  const rows = await requestRows(
    { source, symbol, timeframe, every },
    { ...range, limit: MOST_ROWS },
    signal,
  );
  const points = pointsOf(rows, source.time_column).flatMap(({ at, row }) => {
    const value = row[column];
    return typeof value === 'number' ? [{ at, value }] : [];
  });
  return [{ name, points }];
}
