import { describe, expect, it } from 'vitest';
import { familiesOf, orderOf } from '../../../console/web/jobs/order.ts';
import { ago, duration, moment, percent, plural, rangeText } from '../../../console/web/lib/format.ts';
import { href, placeOf } from '../../../console/web/lib/router.ts';
import {
  numbersOf,
  pointsOf,
  shadedSteps,
  shadesOf,
  shapeOf,
  widthsFor,
} from '../../../console/web/series/data.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const START = Date.UTC(2025, 0, 1);
const columns = (id: string) => ({ columns: [...sources[id]!.table.columns] });

describe('the chart type of a table', () => {
  it('follows from its columns', () => {
    expect(
      ['klines_spot', 'price_klines', 'funding_binance', 'gex_deribit', 'macro_fred'].map((id) =>
        shapeOf(columns(id)),
      ),
    ).toEqual(['candles', 'candles', 'line', 'strikes', 'line']);
    expect(numbersOf(columns('funding_binance'))[0]).toBe('rate');
    // No number of a trade, and no strike.
    expect(numbersOf(columns('trades_spot')).slice(0, 2)).toEqual(['price', 'quantity']);
    expect(numbersOf(columns('option_trades_deribit')).slice(0, 3)).toEqual(['price', 'amount', 'iv']);
    expect(numbersOf(columns('option_quotes_deribit'))[0]).toBe('mark_iv');
    for (const id of Object.keys(sources)) expect(numbersOf(columns(id)).length).toBeGreaterThan(0);
  });

  it('is offered only in widths that its candles add up to', () => {
    expect(widthsFor('1m')).toEqual(['1m', '5m', '15m', '30m', '1h', '4h', '12h', '1d']);
    expect(widthsFor('2h')).toEqual(['2h', '4h', '12h', '1d']);
  });
});

describe('a chart', () => {
  it('has one point per instant, the latest vintage', () => {
    const rows = [
      { time: '2025-01-02T00:00:00Z', value: 1 },
      { time: '2025-01-01T00:00:00Z', value: 2 },
      { time: '2025-01-02T00:00:00Z', value: 3 },
    ];
    expect(pointsOf(rows, 'time').map(({ at, row }) => [at, row.value])).toEqual([
      [START, 2],
      [START + 24 * HOUR, 3],
    ]);
  });

  it('shades ranges without rows, clipped to the visible part', () => {
    const span = (from: string, to: string) => ({
      from: `2025-01-01T${from}:00Z`,
      to: `2025-01-01T${to}:00Z`,
    });
    const report = {
      gaps: [{ ...span('05:00', '07:00'), rows: 2, cause: 'source-error' as const, error: 'HTTP 500' }],
      pending: [],
      perishable: null,
      audited_at: null,
      empty: [{ ...span('02:00', '03:00'), reason: 'venue-outage' }],
    };
    const shades = shadesOf(report, START, START + 24 * HOUR);
    expect(shades.map(({ kind, why }) => [kind, why])).toEqual([
      ['empty', 'venue-outage'],
      ['missing', 'HTTP 500'],
    ]);
    expect(shadedSteps(shades, HOUR, START, START + 6 * HOUR)).toEqual([
      { at: START + 2 * HOUR, kind: 'empty' },
      { at: START + 5 * HOUR, kind: 'missing' },
    ]);
    expect(shadesOf(report, START + 10 * HOUR, START + 12 * HOUR)).toEqual([]);
    expect(shadedSteps(shades, 1, START, START + 24 * HOUR)).toEqual([]);
  });
});

describe('an order', () => {
  const draft = {
    source: 'klines',
    symbols: ' BTCUSDT, ETHUSDT ,',
    timeframe: '',
    from: '2025-01-01',
    to: '2025-02-01',
  };
  it('contains what was typed, without empty fields', () => {
    expect(orderOf(draft)).toEqual({
      source: 'klines',
      symbols: ['BTCUSDT', 'ETHUSDT'],
      from: '2025-01-01',
      to: '2025-02-01',
    });
    expect(orderOf({ ...draft, symbols: ' ', timeframe: '1h' })).toEqual({
      source: 'klines',
      timeframe: '1h',
      from: '2025-01-01',
      to: '2025-02-01',
    });
  });

  it('is by family, or by one source of a family that has several', () => {
    const known = Object.values(sources).map(({ id, family, title }) => ({ id, family, title }));
    const ids = familiesOf(known as never).map(({ id }) => id);
    expect(ids).toContain('klines');
    expect(ids).toContain('klines_spot');
    expect(ids).toContain('macro');
    expect(ids).not.toContain('macro_fred');
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('words', () => {
  it('round down and name what they count', () => {
    expect([percent(1), percent(0.9999), percent(0)]).toEqual(['100 %', '99.9 %', '0.0 %']);
    expect([plural(1, 'row'), plural(1_200, 'row'), plural(2, 'series', 'series')]).toEqual([
      '1 row',
      '1,200 rows',
      '2 series',
    ]);
    expect([duration(5), duration(65), duration(3_700), duration(200_000), duration(null)]).toEqual([
      '5 s',
      '1 min 5 s',
      '1 h 1 min',
      '2.3 days',
      '–',
    ]);
    expect(ago(0, 61_000)).toBe('1 min 1 s ago');
    expect([moment('2025-01-01T00:00:00Z'), moment('2025-01-01T10:30:00Z'), moment(null)]).toEqual([
      '2025-01-01',
      '2025-01-01 10:30',
      '–',
    ]);
    expect(rangeText(START, START + HOUR)).toBe('2025-01-01 to 2025-01-01 01:00');
  });
});

describe('routes', () => {
  it('parse what links contain', () => {
    const link = href('series', ['klines_spot', 'A/B C', '1m'], { to: '2025-01-01T00:00:00Z' });
    const place = placeOf(link);
    expect([place.page, place.rest, place.query.get('to')]).toEqual([
      'series',
      ['klines_spot', 'A/B C', '1m'],
      '2025-01-01T00:00:00Z',
    ]);
    expect(placeOf('').page).toBe('coverage');
  });
});
