import { describe, expect, it } from 'vitest';
import { readOptionName } from '../../../functions/sources/option-chain/option-name.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';

describe('the name of an option', () => {
  it('gives currency, expiry, strike and side', () => {
    expect(readOptionName('BTC-2APR20-6500-C')).toEqual({
      currency: 'BTC',
      expiry: Date.UTC(2020, 3, 2, 8),
      strike: 6500,
      side: 'call',
    });
    expect(readOptionName('XRP-28MAR25-0d55-P')).toMatchObject({ strike: 0.55, side: 'put' });
  });

  it.each([
    ['BTC_USDC-1OCT26-74000-C', { currency: 'BTC', settledIn: 'USDC', strike: 74_000, side: 'call' }],
    ['AVAX_USDC-1OCT26-9d5-C', { currency: 'AVAX', settledIn: 'USDC', strike: 9.5 }],
    ['AVAX_USDC-29MAY26-8D6-P', { strike: 8.6, side: 'put' }],
    ['BTC-8OCT21-50000-C', { expiry: Date.UTC(2021, 9, 8, 8) }],
    ['BTC-27MAR26-70000-P-USDT', { currency: 'BTC', settledIn: 'USDT', strike: 70_000, side: 'put' }],
    ['BTC-27MAR26-70000-P', { currency: 'BTC', strike: 70_000 }],
  ])('reads %s', (name, read) => {
    expect(readOptionName(name)).toMatchObject(read);
  });

  it.each(['BTC-28MAR25', 'BTC-PERPETUAL', 'BTC-28XXX25-90000-C', 'BTC-CS-28MAR25-8_9', undefined, 7])(
    'is not %s',
    (name) => {
      expect(readOptionName(name)).toBeUndefined();
    },
  );

  const file = recorded('deribit/get_instruments_ETH_2021-07-22.json');
  it.skipIf(file === undefined)(
    `gives what the venue says of 426 instruments (${recordingsAbsent ?? 'recorded'})`,
    () => {
      interface Instrument {
        instrument_name: string;
        expiration_timestamp: number;
        strike: number;
        option_type: string;
        kind: string;
        base_currency: string;
        contract_size: number;
      }
      const { result } = JSON.parse(file!) as { result: Instrument[] };
      const [futures, options] = [true, false].map((future) =>
        result.filter(({ kind }) => (kind === 'future') === future),
      );
      expect([futures!.length, options!.length]).toEqual([8, 418]);
      for (const { instrument_name } of futures!) expect(readOptionName(instrument_name)).toBeUndefined();
      for (const option of options!) {
        expect(readOptionName(option.instrument_name), option.instrument_name).toEqual({
          currency: option.base_currency,
          expiry: option.expiration_timestamp,
          strike: option.strike,
          side: option.option_type,
        });
        // Open interest in contracts is open interest in coins.
        expect(option.contract_size).toBe(1);
      }
    },
  );
});
