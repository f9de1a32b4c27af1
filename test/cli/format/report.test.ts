import { describe, expect, it } from 'vitest';
import { gapLines, klinesFirst, nothingLine, reportLines } from '../../../cli/format/report.ts';
import type { Paint } from '../../../cli/terminal.ts';
import { reported } from '../support/samples.ts';

const plain: Paint = (_style, text) => text;

describe('the report', () => {
  const gap = { from: '2025-03-01T00:00:00Z', to: '2025-03-02T00:00:00Z', rows: 1_440 };

  it('is a table', () => {
    const holey = reported({ symbol: 'ETHUSDT', gaps: [{ ...gap, cause: 'ours' }], rows: 524_160 });
    const none = reported({ source: 'klines_perp', earliest: null, latest: null, rows: 0 });
    const counted = reported({ audited_at: '2025-11-20T12:00:00Z' });
    expect(reportLines([none, counted, holey], { paint: plain })).toEqual([
      'Source       Symbol   Earliest             Latest               Gaps  Timeframe     Rows  Counted',
      'klines_perp  BTCUSDT  -                    -                       0  1m               0  never',
      'klines_spot  BTCUSDT  2024-11-21 00:00:00  2025-11-20 23:59:00     0  1m         525,600  2025-11-20 12:00:00',
      'klines_spot  ETHUSDT  2024-11-21 00:00:00  2025-11-20 23:59:00     1  1m         524,160  never',
    ]);
  });

  it('begins with the klines, else in the order that it comes in', () => {
    const order = ['fear_greed', 'klines_perp', 'klines_spot', 'macro_fred', 'price_klines'];
    const sorted = klinesFirst(order.map((source) => reported({ source })));
    expect(sorted.map(({ source }) => source)).toEqual([
      'klines_perp',
      'klines_spot',
      'fear_greed',
      'macro_fred',
      'price_klines',
    ]);
  });

  it('lists below the table what is proven empty, and the findings', () => {
    const outage = { from: '2025-05-01T00:00:00Z', to: '2025-05-01T00:10:00Z', reason: 'venue-outage' };
    const odd = reported({
      empty: [
        { from: '2019-09-01T00:00:00Z', to: '2019-09-08T17:57:00Z', reason: 'pre-listing' },
        outage,
        { ...outage, from: '2025-05-02T00:00:00Z', to: '2025-05-02T00:10:00Z' },
      ],
      findings: 1,
    });
    expect(reportLines([odd], { paint: plain }).slice(2)).toEqual([
      '',
      'Proven to have no rows:',
      '  klines_spot BTCUSDT 1m: pre-listing 2019-09-01 00:00:00 to 2019-09-08 17:57:00; venue-outage 2 spans',
      '',
      '1 oddity of the data itself in 1 series: gordon-data sql "SELECT * FROM market_data.findings"',
    ]);
  });

  it('lists what the venue forgets, the most urgent first', () => {
    const from = { from: gap.from, to: gap.to };
    const week = reported({ perishable: { ...from, lost_at: '2025-03-31T00:00:00Z', days_left: 6.9 } });
    const hour = reported({
      source: 'gex',
      perishable: { ...from, lost_at: '2025-03-01T01:00:00Z', days_left: 0.05 },
    });
    expect(reportLines([reported(), week, hour], { paint: plain }).slice(4)).toEqual([
      '',
      'Missing, and the venue forgets it:',
      '  gex BTCUSDT 1m: 2025-03-01 00:00:00 to 2025-03-02 00:00:00 is lost from 2025-03-01 01:00:00 on, in 1 hour',
      '  klines_spot BTCUSDT 1m: 2025-03-01 00:00:00 to 2025-03-02 00:00:00 is lost from 2025-03-31 00:00:00 on, in 6 days',
    ]);
  });

  it('lists gaps with their causes', () => {
    const holey = reported({
      gaps: [
        { ...gap, cause: 'ours' },
        {
          ...gap,
          from: '2025-04-01T00:00:00Z',
          to: '2025-04-01T00:01:00Z',
          rows: 1,
          cause: 'source-error',
          error: 'HTTP 451',
        },
      ],
    });
    expect(gapLines([reported(), holey])).toEqual([
      '',
      'klines_spot BTCUSDT 1m: 2 gaps, 1,441 rows missing',
      '  2025-03-01 00:00:00 to 2025-03-02 00:00:00  1,440 rows  ours',
      '  2025-04-01 00:00:00 to 2025-04-01 00:01:00  1 row  source-error: HTTP 451',
    ]);
  });

  it('of nothing says what to run', () => {
    expect(nothingLine({})).toBe(
      'The warehouse is empty. Fill it: gordon-data backfill klines trigger --symbols BTCUSDT,ETHUSDT --wait',
    );
    expect(nothingLine({ sources: ['klines'] })).toMatch(/^Nothing of klines was ever requested/);
  });
});
