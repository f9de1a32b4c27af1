import type { Fault } from '../../../simulator/frame/faults/faults.ts';
import type { Venues } from '../../../simulator/index.ts';

type Control = Venues['control'];

/** A venue as it may be one day, and every check that differs then, with words of what it says. */
export interface Change {
  readonly venue: string;
  readonly change: string;
  readonly fault?: Fault;
  /** what a fault cannot do: a switch of the venue, a file, another time; `now` is when the checks run */
  readonly play?: (control: Control, now: number) => void;
  readonly differs: Readonly<Record<string, string>>;
}

const drop = (field: string | number, match: string): Fault => ({ kind: 'drop-field', field, match });
const micros = (match: string): Fault => ({ kind: 'microseconds', match });
const reversed = (match: string): Fault => ({ kind: 'reverse', match });
const BYBIT_KLINES = ['price_klines', 'klines_bybit_spot', 'klines_bybit_linear'];
/** The same checks of several sources of a venue that read one answer. */
const ofEach = (ids: readonly string[], differs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    ids.flatMap((id) => Object.entries(differs).map(([check, words]) => [`${id}/${check}`, words])),
  );
const header: Fault = { kind: 'rename-header', header: 'x-mbx-used-weight-1m', to: 'x-mbx-weight' };
const switched =
  (name: string, value: string) =>
  ({ switches }: Control) =>
    void switches.set(name, value);
const file =
  (market: string, interval: string, period: string, csv: string) =>
  ({ overrides }: Control) =>
    overrides.addArchive({ market, symbol: 'BTCUSDT', interval, period, csv });

export const CHANGES: readonly Change[] = [
  {
    venue: 'binance-spot',
    change: 'a column missing',
    fault: drop(11, '/klines'),
    differs: { 'klines_spot/shape': 'rows have 11 cells, not 12' },
  },
  {
    venue: 'binance-usdm',
    change: 'a column missing',
    fault: drop('sumOpenInterestValue', 'openInterestHist'),
    differs: { 'open_interest_binance/shape': 'rows have no sumOpenInterestValue; they have CMCC' },
  },
  {
    venue: 'bybit',
    change: 'a column missing',
    fault: drop('fundingRate', 'funding/history'),
    differs: { 'funding_bybit/shape': 'rows have no fundingRate; they have fundingRateTimestamp, symbol' },
  },
  {
    venue: 'bybit',
    change: 'a cell missing',
    fault: drop(6, 'market/kline'),
    differs: ofEach(BYBIT_KLINES, {
      shape: 'rows have 6 cells, not 7',
      'open-candle': 'row 1 is not a candle',
    }),
  },
  {
    venue: 'deribit',
    change: 'a column missing',
    fault: drop('mark_iv', 'book_summary'),
    differs: {
      'gex_deribit/shape': 'rows have no mark_iv',
      'gex_deribit/volatility': 'is not a percentage',
    },
  },
  {
    venue: 'bybit',
    change: 'volatility missing',
    fault: drop('markIv', 'market/tickers'),
    differs: {
      'option_quotes_bybit/shape': 'rows have no markIv',
      'option_quotes_bybit/volatility': 'of 0 volatilities is undefined',
    },
  },
  {
    venue: 'fred',
    change: 'a column missing',
    fault: drop('realtime_end', 'observations'),
    differs: { 'macro_fred/shape': 'rows have no realtime_end; they have date, realtime_start, value' },
  },
  {
    venue: 'defillama',
    change: 'a column missing',
    fault: drop('totalCirculatingUSD', 'stablecoincharts'),
    differs: {
      'stablecoin_supply/shape': 'rows have no totalCirculatingUSD',
      'stablecoin_supply/listing': 'the first row of ALL is none',
    },
  },
  {
    venue: 'alternative-me',
    change: 'a column missing',
    fault: drop('value_classification', '/fng/'),
    differs: { 'fear_greed/shape': 'rows have no value_classification' },
  },
  {
    venue: 'coinmetrics',
    change: 'a column missing',
    fault: drop('CapMrktCurUSD', 'asset-metrics'),
    differs: {
      'btc_market_cap/shape': 'rows have no CapMrktCurUSD; they have asset, time',
      'btc_market_cap/listing': 'the first row of BTC is none',
    },
  },
  {
    venue: 'blockchain-info',
    change: 'a column missing',
    fault: drop('y', 'market-cap'),
    differs: { 'market-cap/shape': 'rows have no y; they have x' },
  },
  {
    venue: 'binance-spot',
    change: 'microseconds',
    fault: micros('/klines'),
    differs: { 'klines_spot/unit': 'cell 1 is microseconds as number' },
  },
  {
    venue: 'binance-usdm',
    change: 'microseconds',
    fault: micros('takerlongshortRatio'),
    differs: {
      'ratio_taker_volume/shape': 'is not a time in milliseconds',
      'ratio_taker_volume/unit': 'timestamp is microseconds as number',
    },
  },
  {
    venue: 'bybit',
    change: 'microseconds',
    fault: micros('open-interest'),
    differs: {
      'open_interest_bybit/shape': 'no row reads; the first one has timestamp',
      'open_interest_bybit/unit': 'timestamp is microseconds as text',
    },
  },
  {
    venue: 'deribit',
    change: 'microseconds',
    fault: micros('book_summary'),
    differs: {
      'gex_deribit/shape': 'the adapter takes no row out of the answer',
      'gex_deribit/unit': 'creation_timestamp is microseconds as number',
      'gex_deribit/volatility': 'is not a percentage',
    },
  },
  {
    venue: 'binance-usdm',
    change: 'rows in the other order',
    fault: reversed('fundingRate'),
    differs: { 'funding_binance/order': 'rows are newest first, not oldest first' },
  },
  {
    venue: 'bybit',
    change: 'rows in the other order',
    fault: reversed('market/kline'),
    differs: ofEach(BYBIT_KLINES, { order: 'rows are oldest first, not newest first' }),
  },
  {
    venue: 'alternative-me',
    change: 'rows in the other order',
    fault: reversed('/fng/'),
    differs: { 'fear_greed/order': 'rows are oldest first, not newest first' },
  },
  {
    venue: 'coinmetrics',
    change: 'rows in the other order',
    fault: reversed('asset-metrics'),
    differs: { 'btc_market_cap/order': 'rows are newest first, not oldest first' },
  },
  {
    venue: 'binance-usdm',
    change: 'pages from the other end',
    play: switched('statistics-page', 'oldest'),
    differs: Object.fromEntries(
      [
        'open_interest_binance',
        'ratio_top_accounts',
        'ratio_top_positions',
        'ratio_global_accounts',
        'ratio_taker_volume',
      ].map((id) => [`${id}/page`, 'a range of more than a page gives its oldest rows']),
    ),
  },
  {
    venue: 'binance-spot',
    change: 'another name of the header',
    fault: header,
    differs: {
      'klines_spot/limit-header': 'the answer has no x-mbx-used-weight-1m; headers like it',
      'trades_spot/limit-header': 'the answer has no x-mbx-used-weight-1m; headers like it',
    },
  },
  {
    venue: 'binance-usdm',
    change: 'another name of the header',
    fault: header,
    differs: Object.fromEntries(
      ['klines_perp', 'mark_price_klines', 'index_price_klines', 'premium_index_klines', 'trades_perp'].map(
        (source) => [
          `${source}/limit-header`,
          'the answer has no x-mbx-used-weight-1m; headers like it: x-mbx-weight',
        ],
      ),
    ),
  },
  {
    venue: 'binance-archive',
    change: 'labels of old metrics at the beginning',
    play: switched('metrics-labels', 'starts'),
    differs: { 'metrics/labels-until-2026-06-24': 'labels of 2026-06-24 are 2026-06-24T00:00:00Z to' },
  },
  {
    venue: 'binance-archive',
    change: 'labels that mean what they meant',
    play: switched('metrics-values', 'kept'),
    differs: {
      'metrics/meaning': '288 of 288 values agree with 0 minutes added to the label, the rule adds 5',
    },
  },
  {
    venue: 'binance-archive',
    change: 'a listing without an end',
    fault: { kind: 'replace', find: 'IsTruncated>true', by: 'IsTruncated>false', venue: 'binance-listing' },
    differs: { listing: 'a full page does not say that there are more' },
  },
  {
    venue: 'binance-archive',
    change: 'a checksum of another file',
    fault: { kind: 'wrong-checksum', match: '2025-01-01' },
    differs: { 'klines_spot/spot-2025': "the archive's checksum says" },
  },
  {
    venue: 'binance-archive',
    change: 'spot still in milliseconds, with a header',
    play: file(
      'spot',
      '1h',
      '2025-01-01',
      [
        'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
        ...Array.from({ length: 24 }, (_, hour) => {
          const open = Date.UTC(2025, 0, 1, hour);
          return `${open},1,1,1,1,1,${open + 3_599_999},1,1,1,1,0`;
        }),
      ].join('\n'),
    ),
    differs: {
      'klines_spot/spot-2025':
        'the file of 2025-01-01 is with a header; stamps of 2025-01-01 are milliseconds',
    },
  },
  {
    venue: 'bybit',
    change: 'a clock in seconds',
    fault: { kind: 'replace', match: 'instruments-info', find: '"time":(\\d{10})\\d{3}', by: '"time":$1' },
    differs: { clock: 'time is seconds, not milliseconds' },
  },
  {
    venue: 'binance-usdm',
    change: 'rows that are none',
    fault: { kind: 'replace', match: 'takerlongshortRatio', find: '^.*$', by: '[null]' },
    differs: Object.fromEntries(
      ['shape', 'unit', 'order', 'page', 'reach'].map((name) => [
        `ratio_taker_volume/${name}`,
        'a row is null',
      ]),
    ),
  },
  {
    venue: 'deribit',
    change: 'a clock that is wrong',
    play: ({ clock }, now) => clock.hold(now + 90_000),
    differs: { clock: "the venue's Date is 90.0 s from this machine's clock" },
  },
  {
    venue: 'binance-usdm',
    change: 'a request that it refuses',
    fault: {
      kind: 'status',
      status: 400,
      match: 'openInterestHist',
      body: '{"code":-1130,"msg":"Data sent for parameter \'period\' is not valid."}',
    },
    differs: Object.fromEntries(
      ['shape', 'unit', 'order', 'page', 'reach', 'limit-header'].map((name) => [
        `open_interest_binance/${name}`,
        "the venue refused the request: HTTP 400: Data sent for parameter 'period'",
      ]),
    ),
  },
];
