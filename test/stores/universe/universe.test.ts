import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  KnownLife,
  Rename,
  UniverseLife,
  UniverseStore,
} from '../../../functions/core/listing/dated/market.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { connect } from '../../../functions/stores/postgres/postgres.ts';
import { createUniverseStore } from '../../../functions/stores/universe/universe.ts';
import { createMemoryUniverse } from '../../../simulation/memory/watch/universe.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { BTC, SPOT } from '../klines.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const life = (symbol: string, from: string, to?: string, more: Partial<UniverseLife> = {}): UniverseLife => ({
  venue: 'binance',
  contract: 'spot',
  symbol,
  base: symbol.slice(0, -4),
  quote: symbol.slice(-4),
  listedAt: at(from),
  ...(to !== undefined && { delistedAt: at(to) }),
  evidence: { listed: { by: 'archive', precision: 'day', object: '/a.zip' }, folders: [symbol] },
  ...more,
});
const LUNA = [life('LUNAUSDT', '2020-08-21T10:00', '2022-05-13T01:00'), life('LUNAUSDT', '2022-05-31T06:00')];
const PERP = life('LUNAUSDT', '2021-01-28T07:00', '2022-05-12T15:30', { contract: 'perpetual' });
const RENAME: Rename = {
  venue: 'binance',
  contract: 'spot',
  symbol: 'MATICUSDT',
  successor: 'POLUSDT',
  ratio: 1,
  endedAt: at('2024-09-10T03:00'),
  beganAt: undefined,
  certainty: 'reported',
  evidence: 'the asset has another ticker',
};

const database = await createTestDatabase();
const writer = connect(database.url, { role: 'gordon_writer' });
afterAll(async () => {
  await writer.end();
  await database[Symbol.asyncDispose]();
});

describe.each([
  ['PostgreSQL', () => createUniverseStore(writer)],
  ['memory', () => createMemoryUniverse()],
] as const)('the universe in %s', (_, make) => {
  let universe: UniverseStore;
  beforeAll(async () => {
    universe = make();
    const saved = [...LUNA, PERP, life('牛来USDT', '2026-01-07T13:00')];
    await universe.save(saved, saved, at('2026-02-01T00:00'));
  });
  const found = async (filter: Parameters<UniverseStore['find']>[0]) =>
    (await universe.find(filter)).map(({ contract, symbol, listedAt }: KnownLife) => [
      contract,
      symbol,
      new Date(listedAt).toISOString().slice(0, 10),
    ]);

  it('keeps each life of a ticker, and gives those of an instant: from the first to before the last', async () => {
    expect(await found({ symbol: 'LUNAUSDT', contract: 'spot' })).toEqual([
      ['spot', 'LUNAUSDT', '2020-08-21'],
      ['spot', 'LUNAUSDT', '2022-05-31'],
    ]);
    for (const [instant, lives] of [
      ['2020-08-21T09:59', 0],
      ['2020-08-21T10:00', 1],
      ['2022-05-13T00:59', 1],
      ['2022-05-13T01:00', 0],
      ['2026-07-01T00:00', 1],
    ] as const) {
      expect([instant, await found({ symbol: 'LUNAUSDT', contract: 'spot', at: at(instant) })]).toMatchObject(
        [instant, { length: lives }],
      );
    }
  });

  it('gives back what was saved, evidence included', async () => {
    const [first] = await universe.find({ contract: 'perpetual' });
    expect(first).toEqual({ ...PERP, lookedAt: at('2026-02-01T00:00') });
    expect(await found({ base: '牛来' })).toEqual([['spot', '牛来USDT', '2026-01-07']]);
    expect(await found({ quote: 'USDC' })).toEqual([]);
    expect(await found({ venue: 'bybit' })).toEqual([]);
  });

  it('replaces all lives of a symbol, and none of another contract', async () => {
    const one = life('LUNAUSDT', '2020-08-22T00:00');
    await universe.save([one], [one], at('2026-02-02T00:00'));
    expect(await found({ symbol: 'LUNAUSDT' })).toEqual([
      ['perpetual', 'LUNAUSDT', '2021-01-28'],
      ['spot', 'LUNAUSDT', '2020-08-22'],
    ]);
    await universe.save([one], [], at('2026-02-03T00:00'));
    expect(await found({ symbol: 'LUNAUSDT', contract: 'spot' })).toEqual([]);
  });

  it('replaces links and states', async () => {
    await universe.saveRenames('binance', [
      { ...RENAME, ratio: undefined },
      { ...RENAME, successor: 'XUSDT' },
    ]);
    await universe.saveRenames('binance', [RENAME]);
    expect(await universe.renames()).toEqual([RENAME]);
    const state = {
      venue: 'binance',
      market: 'spot',
      symbols: 4,
      failed: 0,
      completedAt: at('2026-02-01T00:00'),
    };
    await universe.complete({ ...state, failed: 1 });
    await universe.complete(state);
    expect(await universe.states()).toEqual([state]);
  });
});

it('knows when a list first had a symbol, unless the history began with it', async () => {
  const universe = createUniverseStore(writer);
  await writer`
    insert into market_data.instruments (venue, market, symbol, quote, status, since, until) values
      ('binance', 'spot', 'BTCUSDT', 'USDT', 'TRADING', '2026-01-01T00:00Z', '2026-01-03T00:00Z'),
      ('binance', 'spot', 'BTCUSDT', 'USDT', 'BREAK', '2026-01-03T00:00Z', null),
      ('binance', 'spot', '牛来USDT', 'USDT', 'TRADING', '2026-01-07T12:00Z', null),
      ('binance', 'perps', 'ETHUSDT', 'USDT', 'TRADING', '2026-01-08T00:00Z', null)`;
  expect([...(await universe.seen('binance', 'spot'))]).toEqual([['牛来USDT', at('2026-01-07T12:00')]]);
});

it('takes the lives of the ledger that were looked up to the end', async () => {
  const store = createSeriesStore(writer, { tables: () => SPOT, clock: Date.now });
  const universe = createUniverseStore(writer);
  await store.saveListing(BTC, { listedAt: at('2017-08-17T04:00') }, at('2026-01-01T00:00'));
  await store.saveListing(
    { ...BTC, symbol: 'OLDUSDT' },
    { listedAt: at('2018-01-01T00:00'), byObjects: true },
    1,
  );
  await store.saveListing({ ...BTC, symbol: 'SOONUSDT' }, { listedAt: at('2018-01-01T00:00') });
  expect([...(await universe.lives([BTC.source]))]).toEqual([
    [BTC.symbol, [{ start: at('2017-08-17T04:00'), end: Number.POSITIVE_INFINITY }]],
  ]);
  expect([...(await universe.lives(['klines_perp']))]).toEqual([]);
});
