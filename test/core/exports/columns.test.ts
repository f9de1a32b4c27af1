import { expect, it } from 'vitest';
import { monthColumns, storedColumns, withWholeTable } from '../../../functions/core/exports/columns.ts';
import { partitionsOf, pathOf } from '../../../functions/core/exports/layout.ts';
import { readColumns } from '../../../functions/core/series/table.ts';
import { sources } from '../../../functions/sources/index.ts';

const all = Object.values(sources).map((source) => withWholeTable(sources, source));
const series = (source: (typeof all)[number]) => ({
  source: source.id,
  symbol: '币安/人生 USDT',
  timeframe: source.defaultTimeframe,
});

it('files of one table have the same columns and the same folders, whichever source fills them', () => {
  for (const of of Map.groupBy(all, ({ table }) => table.name).values()) {
    for (const source of of) {
      expect(monthColumns(source)).toEqual(monthColumns(of[0]!));
      expect(partitionsOf(source)).toEqual(partitionsOf(of[0]!));
    }
  }
});

it('no column that people read is lost: it is stored, computed from another, or a folder', () => {
  for (const source of all) {
    const stored = storedColumns(source.table).map(({ name }) => name);
    const computed = source.table.view ? ['close_time'] : [];
    const lost = readColumns(source.table).filter(({ name }) => ![...stored, ...computed].includes(name));
    expect([source.id, lost]).toEqual([source.id, []]);
    const files = [...monthColumns(source).map(({ name }) => name), ...partitionsOf(source)];
    expect(files).toEqual(expect.arrayContaining(readColumns(source.table).map(({ name }) => name)));
  }
});

it('each month of a series has a path of its own, in which any symbol is one folder', () => {
  const paths = all.flatMap((source) =>
    source.timeframes.map((timeframe) =>
      pathOf(source, { ...series(source), timeframe }, '2025-03', 'parquet'),
    ),
  );
  expect(new Set(paths).size).toBe(paths.length);
  expect(
    pathOf(
      sources.klines_spot!,
      { ...series(all[0]!), symbol: 'BTCUSDT', timeframe: '1m' },
      '2025-03',
      'parquet',
    ),
  ).toBe('spot_klines/symbol=BTCUSDT/2025-03.parquet');
  expect(pathOf(sources.funding_bybit!, series(sources.funding_bybit!), '2025-03', 'csv')).toBe(
    'funding_rates/venue=bybit/symbol=%E5%B8%81%E5%AE%89%2F%E4%BA%BA%E7%94%9F%20USDT/2025-03.csv.gz',
  );
});
