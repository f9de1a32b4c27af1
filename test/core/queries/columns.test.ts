import { describe, expect, it } from 'vitest';
import { RowsQuery } from '../../../functions/core/queries/parameters.ts';
import { dimensionsOf, parseRowsRequest } from '../../../functions/core/queries/tables.ts';
import { sources } from '../../../functions/sources/index.ts';

const parsed = (table: string, query: Record<string, string>) =>
  parseRowsRequest(sources, table, RowsQuery.parse({ symbol: 'BTCUSDT', ...query }));

describe('columns', () => {
  it('are those that people read, the computed ones included', () => {
    expect(parsed('spot_klines', { columns: 'open_time, close_time,close' }).columns).toEqual([
      'open_time',
      'close_time',
      'close',
    ]);
    expect(parsed('price_klines', { columns: 'timestamp' }).columns).toEqual(['timestamp']);
    expect(parsed('price_klines_1h', { columns: 'bucket' }).columns).toEqual(['bucket']);
    expect(parsed('spot_klines', {})).not.toHaveProperty('columns');
  });

  it('of candles that are made of smaller ones have their number, and no key', () => {
    const made = { every: '1h', columns: 'close_time,trades,rows' };
    expect(parsed('perp_klines', made).columns).toEqual(['close_time', 'trades', 'rows']);
    expect(() => parsed('perp_klines', { every: '1h', columns: 'timeframe' })).toThrow(
      /no column "timeframe"/,
    );
  });

  it.each(['spot_klines', 'perp_klines'])(
    'of %s that were renamed are refused with the new name',
    (table) => {
      for (const every of [{}, { every: '1h' }]) {
        expect(() => parsed(table, { ...every, columns: 'close,time' })).toThrow(
          expect.objectContaining({
            code: 'unknown-column',
            status: 400,
            message: `${table}: there is no column "time". time was renamed: write open_time.`,
          }),
        );
      }
    },
  );

  it('that are none are refused with those that there are', () => {
    expect(() => parsed('price_klines', { columns: 'time' })).toThrow(
      'price_klines: there is no column "time". Its columns are timestamp, symbol, timeframe, open, high, low, close, volume, turnover, known_at.',
    );
    expect(() => parsed('spot_klines', { columns: '' })).toThrow(/no column ""/);
  });
});

describe('rows that match', () => {
  const wanted = (match?: string) =>
    parseRowsRequest(sources, 'option_quotes', { source: 'option_quotes_deribit', symbol: 'BTC', match });

  it('are those with one value of a column by which rows of an instant differ', () => {
    expect(dimensionsOf(sources.option_quotes_deribit!.table)).toEqual(['instrument']);
    // Its key has the number of the trade.
    expect(dimensionsOf(sources.option_trades_deribit!.table)).toEqual(['instrument']);
    expect(wanted('instrument=BTC-26DEC25-100000-C').where).toEqual({
      venue: 'deribit',
      origin: 'snapshot',
      symbol: 'BTC',
      instrument: 'BTC-26DEC25-100000-C',
    });
    expect(wanted().where).not.toHaveProperty('instrument');
    expect(dimensionsOf(sources.klines_spot!.table)).toEqual([]);
  });

  it.each(['venue=bybit', 'strike=100000', 'symbol=ETH', 'nothing=1'])('by %s are refused', (match) => {
    expect(() => wanted(match)).toThrow(
      'is not a column of text of the key of option_quotes. Use instrument.',
    );
  });
});
