import type { Sql } from '../functions/stores/postgres/postgres.ts';

/** Empty candle tables and ledger, and a server that has written down what came before: each way starts alike. */
export async function empty(sql: Sql): Promise<void> {
  await sql`truncate market_data.spot_klines, market_data.perp_klines, market_data.coverage, market_data.series`;
  await sql`checkpoint`;
}
