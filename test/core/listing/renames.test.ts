import { describe, expect, it } from 'vitest';
import type { KnownLife, UniverseLife } from '../../../functions/core/listing/dated/market.ts';
import { RENAMED_ASSETS } from '../../../functions/core/listing/dated/renamed-assets.ts';
import { renameLinks } from '../../../functions/core/listing/dated/renames.ts';
import { universeView } from '../../../functions/core/queries/universe-view.ts';
import { parseInstant } from '../../../functions/core/time/time.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const life = (base: string, quote: string, from: string, to?: string): KnownLife => ({
  venue: 'binance',
  contract: 'spot',
  symbol: base + quote,
  base,
  quote,
  listedAt: at(from),
  ...(to !== undefined && { delistedAt: at(to) }),
  evidence: { listed: { by: 'archive', precision: 'minute' }, folders: [base + quote] },
  lookedAt: 0,
});
const LUNA = [
  life('LUNA', 'USDT', '2020-08-21T10:00', '2022-05-13T01:00'),
  life('LUNA', 'USDT', '2022-05-31T06:00'),
];
const LIVES = [
  ...LUNA,
  life('LUNC', 'USDT', '2022-09-09T10:00'),
  life('MATIC', 'BTC', '2019-04-26T10:00', '2024-09-10T03:00'),
  life('MATIC', 'EUR', '2021-04-26T10:00', '2024-09-10T03:00'),
  life('POL', 'BTC', '2024-09-13T10:00'),
];

describe('links of renamed assets', () => {
  const links = (lives: readonly UniverseLife[] = LIVES) => renameLinks('binance', lives);

  it('have a ratio and how sure it is, and dates that can be read', () => {
    for (const { ratio, ended, began, certainty } of RENAMED_ASSETS) {
      expect(ratio ?? 1).toBeGreaterThan(0);
      expect(['recorded', 'reported', 'assumed']).toContain(certainty);
      for (const date of [ended, began]) expect(date === undefined || parseInstant(date)).toBeTruthy();
    }
    const keys = links().map(({ contract, symbol, successor }) => `${contract} ${symbol} ${successor}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(links()).toContainEqual({
      venue: 'binance',
      contract: 'perpetual',
      symbol: 'LUNAUSDT',
      successor: '1000LUNCUSDT',
      ratio: 0.001,
      endedAt: at('2022-05-12T15:30'),
      beganAt: at('2022-09-09T00:00'),
      certainty: 'reported',
      evidence: 'the price is that of a thousand LUNC; LUNA2 is another asset',
    });
  });

  it('are those in USDT, and in other quotes that both tickers have', () => {
    const matic = links().filter(({ contract, symbol }) => contract === 'spot' && symbol.startsWith('MATIC'));
    expect(
      matic.map(({ symbol, successor, ratio, endedAt, beganAt }) => [
        symbol,
        successor,
        ratio,
        endedAt,
        beganAt,
      ]),
    ).toEqual([
      ['MATICUSDT', 'POLUSDT', 1, at('2024-09-10T03:00'), at('2024-09-13T10:00')],
      ['MATICBTC', 'POLBTC', 1, at('2024-09-10T03:00'), at('2024-09-13T10:00')],
    ]);
    expect(renameLinks('bybit', LIVES)).toEqual([]);
  });

  it('belong to the life that was renamed, and not to another asset with its ticker', async () => {
    const universeReader = {
      find: async () => LIVES.slice(0, 3),
      renames: async () => links(),
      states: async () => [],
    };
    const { symbols } = await universeView({ universeReader, datedMarkets: [], clock: () => 0 }, {});
    const linked = symbols.map(({ symbol, renames }) => [symbol, renames.map(({ successor }) => successor)]);
    expect(linked).toEqual([
      ['LUNAUSDT', ['LUNCUSDT']],
      ['LUNAUSDT', []],
      ['LUNCUSDT', ['LUNCUSDT']],
    ]);
  });
});
