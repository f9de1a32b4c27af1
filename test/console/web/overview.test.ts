import { describe, expect, it } from 'vitest';
import type { Row } from '../../../console/web/coverage/grid.ts';
import { factsOf, labelOf, linesOf, nameIn, overviewOf } from '../../../console/web/coverage/overview.ts';
import { placeFrom, queryOf } from '../../../console/web/coverage/place.ts';
import { followed, reported } from '../../cli/support/samples.ts';

const HOUR = 3_600_000;
const LATEST = Date.parse('2025-11-20T23:59:00Z');

const gap = (cause: 'ours' | 'source-error', rows: number, to: string) => ({
  from: '2025-03-01T00:00:00Z',
  to,
  rows,
  cause,
});
const REPORT = [
  reported({ symbol: 'BTCUSDT' }),
  reported({ symbol: 'ETHUSDT', gaps: [gap('ours', 5, '2025-03-02T00:00:00Z')] }),
  reported({
    source: 'klines_perp',
    latest: '2025-11-20T00:00:00Z',
    gaps: [gap('source-error', 7, '2025-11-21T00:00:00Z')],
    perishable: {
      from: '2025-11-20T00:00:00Z',
      to: '2025-11-21T00:00:00Z',
      lost_at: '2025-12-20T00:00:00Z',
      days_left: 29.5,
    },
  }),
  reported({ symbol: 'OLDUSDT' }),
  reported({ symbol: 'NEWUSDT', latest: null, rows: 0 }),
];
const FACTS = factsOf(
  REPORT,
  ['BTCUSDT', 'ETHUSDT', 'NEWUSDT'].map((symbol) => followed({ symbol })),
);
const rows: Row[] = REPORT.map(({ source, symbol, timeframe }) => ({ source, symbol, timeframe, runs: [] }));
const names = (lines: ReturnType<typeof linesOf>): string[] =>
  lines.map((line) => (line.head ? `[${line.head.name} ${line.head.series}]` : labelOf(line)));

describe('what is known of a series', () => {
  it('is its newest row, whether newer ones are due, and who misses what', () => {
    expect(FACTS.get('klines_spot BTCUSDT 1m')).toMatchObject({
      latest: LATEST,
      freshness: 'fresh',
      ours: 0,
    });
    // An old gap makes nothing late.
    expect(FACTS.get('klines_spot ETHUSDT 1m')).toMatchObject({ freshness: 'fresh', ours: 5, venues: 0 });
    expect(FACTS.get('klines_perp BTCUSDT 1m')).toMatchObject({ freshness: 'late', ours: 0, venues: 7 });
    expect(FACTS.get('klines_spot OLDUSDT 1m')?.freshness).toBe('idle');
    expect(FACTS.get('klines_spot NEWUSDT 1m')).toMatchObject({ freshness: 'none', latest: undefined });
  });

  it('is summed up', () => {
    const run = {
      from: '2025-01-01T00:00:00Z',
      to: '2025-02-01T00:00:00Z',
      buckets: 1,
      empty: {},
      in_flight: 0,
    };
    const coverage = REPORT.map(({ source, symbol, timeframe }) => ({
      source,
      symbol,
      timeframe,
      from: run.from,
      to: run.to,
      runs: [{ ...run, have: 99, failed: 0, missing: symbol === 'ETHUSDT' ? 1 : 0 }],
    }));
    expect(overviewOf(coverage, FACTS)).toEqual({
      series: 5,
      rows: 4 * 525_600,
      complete: 495 / 496,
      newest: LATEST,
      ours: 5,
      venues: 7,
      late: 1,
      expiring: { series: 'klines_perp BTCUSDT 1m', daysLeft: 29.5 },
    });
    expect(overviewOf([], FACTS)).toMatchObject({ series: 0, complete: undefined, newest: undefined });
  });
});

describe('the lines of the map', () => {
  const by = (
    group: 'source' | 'symbol' | 'none',
    order: 'name' | 'staleness' | 'gaps',
    folded: string[] = [],
  ) => names(linesOf(rows, FACTS, { group, order, folded }));

  it('are grouped, and folded groups hide their series', () => {
    expect(by('source', 'name', ['klines_spot'])).toEqual([
      '[klines_perp 1]',
      'klines_perp BTCUSDT 1m',
      '[klines_spot 4]',
    ]);
    expect(by('symbol', 'name').slice(0, 3)).toEqual([
      '[BTCUSDT 2]',
      'klines_perp BTCUSDT 1m',
      'klines_spot BTCUSDT 1m',
    ]);
  });

  it('are ordered by what needs a look', () => {
    expect(by('none', 'gaps').slice(0, 2)).toEqual(['klines_perp BTCUSDT 1m', 'klines_spot ETHUSDT 1m']);
    expect(by('none', 'staleness').slice(0, 2)).toEqual(['klines_spot NEWUSDT 1m', 'klines_perp BTCUSDT 1m']);
    expect(by('source', 'staleness')[0]).toBe('[klines_spot 4]');
  });

  it('are named without what their group says already', () => {
    const [line] = linesOf(rows, FACTS, { group: 'none', order: 'name', folded: [] });
    expect([nameIn(line!, 'source'), nameIn(line!, 'symbol'), nameIn(line!, 'none')]).toEqual([
      'BTCUSDT 1m',
      'klines_perp 1m',
      'BTCUSDT klines_perp 1m',
    ]);
  });
});

describe('the address of the coverage page', () => {
  const read = (query: string) => placeFrom(new URLSearchParams(query));

  it('holds everything that is shown', () => {
    const place = {
      filter: 'spot btc',
      group: 'symbol' as const,
      order: 'gaps' as const,
      folded: ['BTCUSDT'],
      view: { from: LATEST - 60_000 * 10, to: LATEST + HOUR },
      chosen: { series: 'klines_spot BTCUSDT 1m', at: LATEST },
    };
    expect(read(new URLSearchParams(queryOf(place)).toString())).toEqual(place);
  });

  it('is short where all is as usual, and bears what nobody wrote', () => {
    expect(queryOf(read(''))).toEqual({});
    expect(read('group=x&order=toString&from=2025&to=2024&at=never&series=a')).toEqual(read(''));
  });
});
