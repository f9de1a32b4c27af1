import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepOf, type Timeframe } from '../../../functions/core/time/timeframe.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import { recorded } from '../../helpers/recorded.ts';

/** Real answers of the venues through the whole path: zip and checksum or page, state machine, binary COPY, table. */
interface Pair {
  readonly request: string;
  readonly response: (string | number)[][];
}
interface Recording {
  readonly market: 'spot' | 'um';
  readonly symbol: string;
  readonly interval: Timeframe;
  readonly rows: (string | number)[][];
}

const MONTHS = ['2024-12', '2025-01'];
const csv = MONTHS.map((month) => recorded(`binance_archive/ETHUSDT-1h-${month}.csv`));
const pages = [
  ['spot', recorded('binance_spot/klines_rest_pairs.json')],
  ['um', recorded('binance_usdm/klines_rest_pairs.json')],
] as const;

function recordings(): Recording[] {
  return pages.flatMap(([market, text]) =>
    (JSON.parse(text ?? '[]') as Pair[]).map(({ request, response }) => {
      const query = new URL(request.slice('GET '.length), 'http://venue').searchParams;
      return {
        market,
        symbol: query.get('symbol')!,
        interval: query.get('interval') as Timeframe,
        rows: response,
      };
    }),
  );
}

/** The columns that are stored, as numbers, from a row as the venue writes it. */
const numbers = (row: readonly (string | number)[]): number[] =>
  [0, 1, 2, 3, 4, 5, 7, 8, 9, 10].map((i) => {
    const value = Number(row[i]);
    return i === 0 && value >= 1e15 ? value / 1_000 : value;
  });

let at: TestHost;
beforeAll(async () => {
  // Several recordings may be of one series: the simulator serves them as one.
  const bySeries = Map.groupBy(recordings(), (r) => `${r.market} ${r.symbol} ${r.interval}`);
  const rows = [...bySeries.values()].map((same) => ({
    ...same[0]!,
    rows: same.flatMap((r) => r.rows).sort((a, b) => Number(a[0]) - Number(b[0])),
  }));
  const archives = csv.flatMap((text, i) =>
    text ? [{ market: 'spot', symbol: 'ETHUSDT', interval: '1h', period: MONTHS[i]!, csv: text }] : [],
  );
  at = await startTestHost({ overrides: { rows, archives } });
});
afterAll(() => at?.[Symbol.asyncDispose]());

async function stored(table: string, symbol: string, timeframe: string): Promise<number[][]> {
  const rows = await at.sql`
    select extract(epoch from open_time) * 1000 as time, open, high, low, close, volume, quote_volume, trades,
           taker_buy_volume, taker_buy_quote_volume
    from ${at.sql(`market_data.${table}`)} where symbol = ${symbol} and timeframe = ${timeframe} order by open_time`;
  return rows.map((row) => Object.values(row).map(Number));
}

describe.skipIf(csv.includes(undefined))(
  'recorded archive months (skipped where there are no recordings)',
  () => {
    it('are stored as they stand in the files: one in ms, one in µs', async () => {
      const order = { source: 'klines_spot', symbols: ['ETHUSDT'], timeframe: '1h' };
      const job = await at.wait((await at.order({ ...order, from: '2024-12-01', to: '2025-02-01' })).id);
      expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 1_488 });
      const truth = csv.flatMap((text) => text!.trim().split('\n')).map((line) => numbers(line.split(',')));
      expect(truth).toHaveLength(1_488);
      expect(await stored('spot_klines', 'ETHUSDT', '1h')).toEqual(truth);
    });
  },
);

describe.skipIf(pages.some(([, text]) => text === undefined))(
  'recorded REST pages (skipped where there are no recordings)',
  () => {
    it.each(
      recordings().map((r) => [`${r.market} ${r.symbol} ${r.interval} from ${r.rows[0]?.[0]}`, r] as const),
    )('are stored as they came: %s', async (_, { market, symbol, interval, rows }) => {
      const archive = at.venues.faults.add({ kind: 'not-found', match: '/data/' });
      const [source, table] =
        market === 'spot' ? ['klines_spot', 'spot_klines'] : ['klines_perp', 'perp_klines'];
      const order = {
        source,
        symbols: [symbol],
        timeframe: interval,
        from: new Date(Number(rows[0]![0])).toISOString(),
        to: new Date(Number(rows.at(-1)![0]) + stepOf(interval)).toISOString(),
      };
      const job = await at.wait((await at.order(order)).id);
      archive.remove();
      expect(job).toMatchObject({ status: 'succeeded', rows_fetched: rows.length, failures: [] });
      const opens = new Set(rows.map((row) => Number(row[0])));
      const kept = (await stored(table!, symbol, interval)).filter(([time]) => opens.has(time!));
      expect(kept).toEqual(rows.map(numbers));
    });
  },
);
