import type { Series } from '../../functions/core/series/series.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { canonicalLine } from '../../functions/core/verify/canonical.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { SimulatedVenue, TrueRow } from '../engine/venue.ts';
import { Market } from '../venue/synthetic-market.ts';
import { SYNTHETIC_FAMILY, syntheticSource } from '../venue/synthetic-sources.ts';
import { MemoryVenue } from '../venue/synthetic-venue.ts';

const every = { symbolPattern: /^[A-Z]{3}$/, defaultSymbols: ['AAA'], settleMs: 2 * HOUR };

/** The synthetic venue: candles of minutes, two siblings, settlements and a snapshot, and nothing goes wrong with them. */
export function createPlainVenue(scheduler: Scheduler, start: number): SimulatedVenue {
  const sources = Object.fromEntries(
    [
      syntheticSource({
        ...every,
        id: 'candles',
        timeframes: ['1m'],
        defaultTimeframe: '1m',
        refreshEveryMs: MINUTE,
        pageRows: 1_000,
      }),
      ...(['left', 'right'] as const).map((id) =>
        syntheticSource({
          ...every,
          id,
          family: 'metrics',
          timeframes: ['5m'],
          defaultTimeframe: '5m',
          archives: ['day'],
          siblings: id === 'left' ? ['right'] : ['left'],
          chunkUnit: () => 'day',
        }),
      ),
      syntheticSource({
        ...every,
        id: 'funding',
        family: 'funding',
        timeframes: ['1h'],
        archives: ['month'],
        everyMs: 8 * HOUR,
        refreshEveryMs: HOUR,
      }),
      syntheticSource({
        ...every,
        id: 'present',
        family: 'open_interest',
        timeframes: ['1h'],
        snapshot: true,
        finalAfterMs: -HOUR,
        instants: true,
      }),
    ].map((source) => [source.id, source]),
  );
  const market = new Market();
  market.list('AAA', { listedAt: start - 90 * DAY });
  const series = Object.values(sources).map(({ id, defaultTimeframe }): Series => {
    return { source: id, symbol: 'AAA', timeframe: defaultTimeframe };
  });
  let requests = 0;
  let window = { start: 0, used: 0 };
  const breaches: string[] = [];
  const count = (what: string): void => {
    if (!/^(GET|read)/.test(what)) return;
    requests += 1;
    if (what.includes('/archive/')) return;
    const begin = Math.floor(scheduler.now() / SYNTHETIC_FAMILY.windowMs) * SYNTHETIC_FAMILY.windowMs;
    if (window.start !== begin) window = { start: begin, used: 0 };
    window.used += 1;
    if (window.used > SYNTHETIC_FAMILY.limit) breaches.push(`${window.used} requests in the window ${begin}`);
  };
  const rowsOf = (one: Series, range: Range): TrueRow[] => {
    const { everyMs, table, tiers } = sources[one.source]!;
    if (tiers[0]?.kind === 'snapshot') return [];
    return market.ticks(one, range, everyMs).map(([time, price]) => {
      const line = canonicalLine(table, [one.symbol, one.timeframe, time, price]);
      return { time, lines: [line], from: time, until: Number.POSITIVE_INFINITY };
    });
  };
  return {
    sources,
    series,
    clientOf: ({ step, budget, sleep }) =>
      new MemoryVenue({
        market,
        sources,
        clock: scheduler.now,
        wait: sleep,
        budget,
        async step(what) {
          await step(what);
          count(what);
        },
      }),
    truth: { rows: rowsOf, traded: () => [{ start: start - 90 * DAY, end: Number.POSITIVE_INFINITY }] },
    get requests() {
      return requests;
    },
    breaches,
  };
}
