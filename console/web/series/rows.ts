import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { call } from '../lib/client.ts';
import { day } from '../lib/format.ts';
import type { Polled } from '../lib/poll.ts';
import { usePoll } from '../lib/poll.ts';
import { type Point, pointsOf, type Rows, type Source, shapeOf } from './data.ts';

export interface Wanted {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
}

/** The rows of a range of a series; of candles those of the width `every`. */
export const requestRows = (
  of: {
    readonly source: Source;
    readonly symbol: string;
    readonly timeframe: string;
    readonly every: string;
    /** of values that are revised: the last instant whose knowledge counts; defaults to now */
    readonly asOf?: string | undefined;
    /** `column=value`: of several rows at one instant only these */
    readonly match?: string | undefined;
  },
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Rows> =>
  call('rows', {
    signal,
    params: { table: of.source.table },
    query: {
      source: of.source.id,
      symbol: of.symbol,
      timeframe: of.timeframe as '1m',
      ...(wanted.from && { from: wanted.from }),
      ...(wanted.to && { to: wanted.to }),
      ...(shapeOf(of.source) === 'candles' && { every: of.every as '1m' }),
      ...(of.match && { match: of.match }),
      // Else each vintage of a value would be a row.
      ...(of.source.vintages && { as_of: of.asOf ?? endOfDay(day(Date.now())) }),
      limit: wanted.limit,
    },
  });

/** The last second of a day: a poll of the same day is the same request. */
export const endOfDay = (date: string): string => `${date}T23:59:59Z`;

export interface Loaded {
  /** in order of time; one for each instant */
  readonly points: readonly Point[];
  readonly polled: Polled<Rows>;
  /** loads what comes before or after, unless it is on its way or nothing does */
  more(side: 'earlier' | 'later'): void;
}

/** Rows that one side has no more of, or that are on their way. */
interface Side {
  busy: boolean;
  ended: boolean;
}

interface Store {
  readonly key: string;
  readonly rows: Map<string, Rows[number]>;
  readonly earlier: Side;
  readonly later: Side;
}

const storeFor = (key: string): Store => ({
  key,
  rows: new Map(),
  earlier: { busy: false, ended: false },
  later: { busy: false, ended: false },
});

const iso = (at: number): string => new Date(at).toISOString();

/**
 * The rows of a chart, which grow at both ends as somebody drags it.
 * @param key of the series and how it is drawn: other rows belong to another one
 * @param to where the first rows end; undefined: now, and newer ones are looked for
 */
export function useRows(
  key: string,
  time: string,
  first: { readonly to: string | undefined; readonly bars: number },
  load: (wanted: Wanted, signal: AbortSignal) => Promise<Rows>,
): Loaded {
  const { to, bars } = first;
  const whole = `${key} ${to} ${bars}`;
  const store = useRef(storeFor(whole));
  if (store.current.key !== whole) store.current = storeFor(whole);
  const [version, setVersion] = useState(0);
  const polled = usePoll(
    whole,
    (signal) => load({ to, limit: bars }, signal),
    () => 15_000,
  );
  const points = useMemo(() => {
    for (const row of polled.data ?? []) store.current.rows.set(String(row[time]), row);
    return pointsOf([...store.current.rows.values()], time);
  }, [polled.data, version, whole]);
  const more = useCallback(
    (side: 'earlier' | 'later') => {
      const { current } = store;
      const [start, end] = [points[0]?.at, points.at(-1)?.at];
      if (start === undefined || end === undefined || current[side].busy || current[side].ended) return;
      // Newer rows arrive without a request.
      if (side === 'later' && to === undefined) return;
      current[side].busy = true;
      const reach = Math.min(end + Math.max(1, end - start), Date.now());
      const wanted =
        side === 'earlier'
          ? { to: iso(start), limit: bars }
          : { from: iso(end + 1), to: iso(Math.max(reach, end + 2)), limit: bars };
      load(wanted, new AbortController().signal)
        .then((rows) => {
          for (const row of rows) current.rows.set(String(row[time]), row);
          current[side].ended = rows.length === 0;
          if (store.current === current) setVersion((n) => n + 1);
        })
        // The poll reports what is wrong; the next drag tries again.
        .catch(() => undefined)
        .finally(() => {
          current[side].busy = false;
        });
    },
    [points, to, bars, load],
  );
  return { points, polled, more };
}
