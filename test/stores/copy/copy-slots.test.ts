import { afterAll, beforeAll, expect, it } from 'vitest';
import { acquireCopySlot } from '../../../functions/stores/copy/copy.ts';
import type { Runner, Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { SPOT } from '../klines.ts';

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect({ max: 2 });
});
afterAll(() => database[Symbol.asyncDispose]());

/** The slots that this transaction has locked: a row that is locked names its transaction. */
const locksOf = async (tx: Runner): Promise<string[]> =>
  (
    await tx<{ key: string }[]>`
      select slot::text as key from market_data.locks
      where kind = 'copy' and xmax = pg_current_xact_id()::xid order by 1`
  ).map(({ key }) => key);

const slotOf = (symbol: string, name = SPOT.name): Promise<string[]> =>
  sql.begin(async (tx) => {
    await acquireCopySlot(tx, { ...SPOT, name }, symbol);
    return locksOf(tx);
  });

it('is one of eight for each table, and always the same for a symbol', async () => {
  const symbols = Array.from({ length: 200 }, (_, i) => `S${i}USDT`);
  const slots = (await Promise.all(symbols.map((symbol) => slotOf(symbol)))).map(([slot]) => slot);
  expect(new Set(slots).size).toBe(8);
  expect(await slotOf('S7USDT')).toEqual([slots[7]]);
  expect(slots).not.toContain((await slotOf('S7USDT', 'perp_klines'))[0]);
});

it('is kept to the end of the transaction: another month of the symbol waits for it', async () => {
  const order: string[] = [];
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const first = sql.begin(async (tx) => {
    await acquireCopySlot(tx, SPOT, 'BTCUSDT');
    take();
    await blocking(tx);
    order.push('first');
  });
  await taken;
  await sql.begin(async (tx) => {
    await acquireCopySlot(tx, SPOT, 'BTCUSDT');
    order.push('second');
  });
  await first;
  expect(order).toEqual(['first', 'second']);
});

/** Returns when another session waits for what this one holds. */
async function blocking(tx: Runner): Promise<void> {
  for (;;) {
    const [row] = await tx`select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))`;
    if (row) return;
    await tx`select pg_stat_clear_snapshot()`;
  }
}
