import { expect, it } from 'vitest';
import { type HistoryPorts, watchHistories } from '../../../functions/core/schedules/watch-histories.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import type { Restatement } from '../../../functions/core/verify/archive-watch.ts';
import { cellsAt } from '../../../functions/core/verify/canonical.ts';
import { funding_binance } from '../../../functions/sources/funding/funding_binance.ts';
import { funding_bybit } from '../../../functions/sources/funding/funding_bybit.ts';
import { settlementRows } from '../../../functions/sources/funding/settlements.ts';

const START = Date.UTC(2025, 2, 1);
const NOW = START + 4 * DAY;
const series: Series = { source: 'funding_binance', symbol: 'XUSDT', timeframe: '1h' };
const hourly = Array.from({ length: 72 }, (_, hour) => START + (hour + 1) * HOUR);

/** What the comparison enters of stored settlements where the venue has others now. */
async function compare(stored: readonly number[], served: readonly number[]): Promise<Restatement[]> {
  const restated: Restatement[] = [];
  const { batch } = settlementRows(
    funding_binance.table,
    series,
    stored.map((stamp) => ({ stamp, rate: 0.0001, markPrice: 5 })),
  );
  const answer = ({ query }: HttpRequest) => {
    const { startTime, endTime } = query as Record<'startTime' | 'endTime', number>;
    const rows = served.filter((at) => startTime <= at && at <= endTime);
    return JSON.stringify(
      rows.map((fundingTime) => ({
        symbol: 'XUSDT',
        fundingTime,
        fundingRate: '0.00010000',
        markPrice: '5',
      })),
    );
  };
  const ports = {
    clock: () => NOW,
    sources: { funding_binance },
    venue: {
      get: async (request: HttpRequest) => ({
        status: 200,
        headers: {},
        body: new TextEncoder().encode(answer(request)),
        asOf: NOW,
        url: '',
      }),
    },
    store: { listing: async () => ({ listedAt: START - 100 * DAY }) },
    stored: {
      async *read() {
        yield Array.from({ length: batch.length }, (_, i) => cellsAt(batch, i));
      },
    },
    histories: {
      due: async (sources: readonly string[]) => (sources.length > 0 ? [{ series, turn: 0 }] : []),
      answered: async () => [{ start: START + DAY, end: START + 2 * DAY }],
      watched: async () => undefined,
      restate: async (_: Series, restatement: Restatement) => {
        restated.push(restatement);
        return restatement.changes.length;
      },
    },
  };
  await watchHistories(ports as unknown as HistoryPorts);
  return restated;
}

it('settlements that came after the time between was taken for a longer interval are found', async () => {
  const everyOther = hourly.filter((at) => (at / HOUR) % 2 === 0);
  const [restated] = await compare(everyOther, hourly);
  const added = restated!.changes.filter(({ was }) => was === null);
  expect(added.map(({ time }) => time)).toEqual(
    hourly.filter((at) => (at / HOUR) % 2 === 1 && at >= START + DAY && at < START + 2 * DAY),
  );
  // Those that were there are an hour long now, not two.
  const changed = restated!.changes.filter(({ was }) => was !== null);
  expect(changed.map(({ was, became }) => [was!.interval_hours, became!.interval_hours])).toEqual(
    Array.from({ length: 12 }, () => [2, 1]),
  );
});

it('nothing is entered of settlements that are as they were', async () => {
  expect(await compare(hourly, hourly)).toEqual([]);
});

it('funding of every venue is compared', () => {
  expect([funding_binance, funding_bybit].map(({ restates }) => restates?.recentMonths)).toEqual([2, 2]);
});
