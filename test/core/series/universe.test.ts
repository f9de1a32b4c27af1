import { describe, expect, it } from 'vitest';
import {
  type Instrument,
  isSelector,
  readSelector,
  SYMBOL_OR_SELECTOR,
  select,
} from '../../../functions/core/series/universe.ts';
import { universes } from '../../../functions/sources/binance/universes.ts';

const listed = (symbol: string, more: Partial<Instrument> = {}): Instrument => ({
  symbol,
  quote: 'USDT',
  status: 'TRADING',
  trading: true,
  ...more,
});

describe('a selector', () => {
  it('names a quote, a market and how many', () => {
    expect(readSelector('@usdt-perps:50')).toEqual({ quote: 'USDT', market: 'perps', top: 50 });
    expect(readSelector('@btc-spot')).toEqual({ quote: 'BTC', market: 'spot' });
    const at = Date.UTC(2022, 0);
    expect(readSelector('@usdt-perps@2022-01-01:50')).toEqual({
      quote: 'USDT',
      market: 'perps',
      at,
      top: 50,
    });
    expect(readSelector('@usdt-spot@2022-01-01')).toEqual({ quote: 'USDT', market: 'spot', at });
  });

  it('is not a symbol that is written with an @', () => {
    expect(['@107', '@0', '@usdt-spot', '@1inch-spot', '@x'].map(isSelector)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    const accepted = ['@107', '@usdt-spot', 'kPEPE', '@x'].map((word) =>
      new RegExp(SYMBOL_OR_SELECTOR).test(word),
    );
    expect(accepted).toEqual([true, true, true, false]);
  });

  it.each([
    '@',
    '@usdt',
    '@usdt-perps:0',
    '@usdt-perps:',
    '@USDT-perps',
    '@usdt-options',
    '@usdt-perps:99999',
    '@usdt-perps@2022-02-30',
    '@usdt-perps@2022',
    '@usdt-perps:50@2022-01-01',
  ])('is not %s', (word) =>
    expect(() => readSelector(word)).toThrow(expect.objectContaining({ code: 'invalid-selector' })),
  );

  it('takes what trades in the quote, the most traded first, and then by name', () => {
    const list = [
      listed('CUSDT'),
      listed('AUSDT'),
      listed('BUSDT'),
      listed('DUSDT'),
      listed('GONEUSDT', { trading: false, status: 'BREAK' }),
      listed('ABTC', { quote: 'BTC' }),
    ];
    const volumes = new Map([
      ['BUSDT', 5],
      ['DUSDT', 9],
      ['GONEUSDT', 100],
    ]);
    const { quote, market } = readSelector('@usdt-spot');
    expect(select({ quote, market }, list)).toEqual(['AUSDT', 'BUSDT', 'CUSDT', 'DUSDT']);
    expect(select({ quote, market, top: 3 }, list, volumes)).toEqual(['DUSDT', 'BUSDT', 'AUSDT']);
  });
});

describe('the lists of Binance', () => {
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
  const perps = universes.find(({ market }) => market === 'perps')!;

  it('have perpetuals with their dates, and no contracts of a quarter', () => {
    const entry = {
      symbol: 'BTCUSDT',
      quoteAsset: 'USDT',
      status: 'TRADING',
      onboardDate: 1_569_398_400_000,
    };
    const symbols = [
      { ...entry, contractType: 'PERPETUAL', deliveryDate: 4_133_404_800_000 },
      {
        ...entry,
        symbol: 'OLDUSDT',
        status: 'SETTLING',
        contractType: 'PERPETUAL',
        deliveryDate: 1_742_461_200_000,
      },
      {
        ...entry,
        symbol: 'BTCUSDT_260327',
        contractType: 'CURRENT_QUARTER',
        deliveryDate: 1_774_598_400_000,
      },
    ];
    expect(perps.parseInstruments(bytes({ symbols }))).toEqual([
      listed('BTCUSDT', { listedAt: 1_569_398_400_000 }),
      listed('OLDUSDT', {
        status: 'SETTLING',
        trading: false,
        listedAt: 1_569_398_400_000,
        delistedAt: 1_742_461_200_000,
      }),
    ]);
  });

  it.each([
    ['PERPETUAL', true],
    ['TRADIFI_PERPETUAL', true],
    ['CURRENT_QUARTER', false],
    ['NEXT_QUARTER', false],
    ['PERPETUAL DELIVERING', false],
    ['', false],
  ])('take a contract of the type %s: %s', (contractType, taken) => {
    const entry = { symbol: 'AUSDT', quoteAsset: 'USDT', status: 'TRADING', contractType };
    expect(perps.parseInstruments(bytes({ symbols: [entry] }))).toEqual(taken ? [listed('AUSDT')] : []);
  });

  it('go without an entry that cannot be read, and name it', () => {
    const good = { symbol: 'AUSDT', quoteAsset: 'USDT', status: 'TRADING', contractType: 'PERPETUAL' };
    const body = bytes({ symbols: [{ ...good, symbol: 'BUSDT', status: null }, null, good] });
    expect(perps.parseInstruments(body)).toEqual([listed('AUSDT')]);
    expect(perps.unreadable!(body)).toEqual(['BUSDT']);
  });

  it('are refused when they are none', () => {
    const refusal = expect.objectContaining({ code: 'malformed-rows' });
    expect(() => perps.parseInstruments(bytes({}))).toThrow(refusal);
    expect(() => perps.parseInstruments(bytes({ symbols: [{ contractType: 'PERPETUAL' }] }))).toThrow(
      refusal,
    );
    expect(() => perps.parseVolumes(bytes([{ symbol: 'A', quoteVolume: 'much' }]))).toThrow(refusal);
  });
});
