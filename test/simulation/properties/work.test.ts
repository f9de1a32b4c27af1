import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { enterSpans } from '../../../simulation/memory/ledger/ledger.ts';
import { MemoryWarehouse } from '../../../simulation/memory/ledger/warehouse.ts';
import { Failures, judgeRequest } from '../../../simulation/properties/jobs/work.ts';

const start = Date.UTC(2025, 5, 10);
const range = { start, end: start + HOUR };
const PERP: Series = { source: 'klines_perp', symbol: 'AAAUSDT', timeframe: '1m' };

/** A warehouse that has an hour of a series since an instant. */
function warehouseSince(at: number, series: Series = PERP): MemoryWarehouse {
  const warehouse = new MemoryWarehouse((id) => sources[id]!.table);
  const span = { span: range, state: 'have' as const };
  const book = warehouse.book(series);
  book.record = { requested: [range], followed: true };
  enterSpans(warehouse, book, [span], { jobId: 'a', chunk: 'b', at });
  return warehouse;
}

const request = (end: number): string =>
  `GET https://fapi.binance.com/fapi/v1/klines?symbol=AAAUSDT&interval=1m&startTime=${start}&endTime=${end - 1}&limit=99`;

describe('what a function requests', () => {
  const now = range.end + HOUR;

  it('must not be in the ledger already', () => {
    expect(judgeRequest(warehouseSince(range.end), 'fetch-chunk 7', request(range.end), now)).toEqual([
      'fetch-chunk 7 requests klines_perp AAAUSDT 1m from 2025-06-10T00:00:00Z again, which the ledger has',
    ]);
  });

  it.each([
    ['is in it in part', range.end, 'fetch-chunk 7', request(range.end + MINUTE)],
    ['was entered by another job a moment ago', now - MINUTE, 'fetch-chunk 7', request(range.end)],
    ['is compared, not fetched', range.end, 'verify 7', request(range.end)],
    ['is the first row there is', range.end, 'fetch-chunk 7', request(range.end).replace(`${start}`, '0')],
  ])('may be, where it %s', (_, since, who, what) => {
    expect(judgeRequest(warehouseSince(since), who, what, now)).toEqual([]);
  });
});

describe('what a function requests of other sources', () => {
  const query = (from: number, to: number, more = '') =>
    `symbol=AAAUSDT&startTime=${from}&endTime=${to - 1}&limit=500${more}`;
  const OTHERS: readonly (readonly [Series, string, string])[] = [
    [
      { source: 'funding_binance', symbol: 'AAAUSDT', timeframe: '1h' },
      `GET https://fapi.binance.com/fapi/v1/fundingRate?${query(start - DAY - MINUTE, range.end + DAY)}`,
      `GET https://fapi.binance.com/fapi/v1/fundingRate?${query(start - DAY - MINUTE, range.end + DAY + HOUR)}`,
    ],
    [
      { source: 'open_interest_binance', symbol: 'AAAUSDT', timeframe: '5m' },
      `GET https://fapi.binance.com/futures/data/openInterestHist?${query(start, range.end, '&period=5m')}`,
      `GET https://fapi.binance.com/futures/data/openInterestHist?${query(start, range.end + 5 * MINUTE, '&period=5m')}`,
    ],
    [
      { source: 'ratio_taker_volume', symbol: 'AAAUSDT', timeframe: '5m' },
      `GET https://fapi.binance.com/futures/data/takerlongshortRatio?${query(start - 5 * MINUTE, range.end - 5 * MINUTE, '&period=5m')}`,
      `GET https://fapi.binance.com/futures/data/takerlongshortRatio?${query(start, range.end, '&period=5m')}`,
    ],
  ];

  it.each(OTHERS)('must not be in the ledger already: %j', (series, again, more) => {
    const at = range.end + HOUR;
    const label = `${series.source} AAAUSDT ${series.timeframe}`;
    expect(judgeRequest(warehouseSince(range.end, series), 'fetch-chunk 7', again, at)).toEqual([
      `fetch-chunk 7 requests ${label} from 2025-06-10T00:00:00Z again, which the ledger has`,
    ]);
    expect(judgeRequest(warehouseSince(range.end, series), 'fetch-chunk 7', more, at)).toEqual([]);
  });

  it('is one snapshot an hour', () => {
    const gex: Series = { source: 'gex_deribit', symbol: 'BTC', timeframe: '1h' };
    const what =
      'GET https://www.deribit.com/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option';
    const at = (minutes: number) =>
      judgeRequest(warehouseSince(start + MINUTE, gex), 'fetch-chunk 7', what, start + minutes * MINUTE);
    expect(at(30)).toHaveLength(1);
    expect([...at(5), ...at(61)]).toEqual([]);
  });
});

describe('a job', () => {
  it('gives up a chunk that fails again and again', () => {
    const failures = new Failures();
    for (let wave = 1; wave < 8; wave++) expect(failures.add('01', 'klines 2025-06', wave)).toEqual([]);
    // The same failure, which could not be noted at once.
    for (let call = 0; call < 8; call++) expect(failures.add('01', 'klines 2025-06', 7)).toEqual([]);
    expect(failures.add('01', 'klines 2025-07', 8)).toEqual([]);
    expect(failures.add('02', 'klines 2025-06', 8)).toEqual([]);
    expect(failures.add('01', 'klines 2025-06', 8)).toEqual([
      'job 01 has failed 8 times at klines 2025-06 and goes on',
    ]);
  });
});
