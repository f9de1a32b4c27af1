import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { AGGREGATES } from '../../functions/core/aggregates/aggregates.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY } from '../../functions/core/time/time.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { expectEqual, writeCandles } from './aggregates/candle-model.ts';

/** The first migration that makes each aggregate of the candles themselves; before it they were made upon one another. */
export const FIRST_UNSTACKED = '0060';

/** Brings an empty database to the schema before it. */
export async function migrateToStacked(url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-sql-'));
  const isOlder = (file: string): boolean => !file.endsWith('.sql') || basename(file) < FIRST_UNSTACKED;
  try {
    cpSync('sql', folder, { recursive: true, filter: isOlder });
    await migrate(url, { folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const START = Date.UTC(2025, 0, 1);
/** Days of the rows, which lie in two windows of the migrator's, 90 days each. */
export const stackedDays = (first: number, last: number): Range => ({
  start: START + first * DAY,
  end: START + last * DAY,
});
/** Around all of them. */
export const STACKED = stackedDays(-3, 110);

/** Rows and their aggregates, rows that came by SQL long after, which no view has, and deleted ones, which the views still have. */
export async function fillStacked(sql: Sql, refresh: (name: string) => PromiseLike<unknown>): Promise<void> {
  for (const some of [stackedDays(-1, 2), stackedDays(100, 103)]) {
    await writeCandles(sql, 'BTCUSDT', some, 1);
    await writeCandles(sql, 'ETHUSDT', some, 2);
  }
  for (const { name } of AGGREGATES) await refresh(name);
  await writeCandles(sql, 'BTCUSDT', stackedDays(40, 42), 3);
  await sql`delete from market_data.price_klines where "timestamp" < ${new Date(START)}`;
  await expect(expectEqual(sql, STACKED)).rejects.toThrow('price_klines_');
}
