import { once } from 'node:events';
import type { Sql } from '../functions/stores/postgres.ts';

/** The rows of the table as PostgreSQL's own binary COPY, in memory. */
export async function dump(sql: Sql): Promise<Buffer[]> {
  const query = sql`copy (select * from market_data.spot_klines order by time) to stdout with (format binary)`;
  const pieces: Buffer[] = [];
  for await (const piece of await query.readable()) pieces.push(piece as Buffer);
  return [...batched(pieces)];
}

/** The same bytes back into the table in one COPY: nothing to fetch, parse, encode or keep account of. */
export async function rawCopy(sql: Sql, pieces: readonly Buffer[]): Promise<void> {
  const query = sql`copy market_data.spot_klines from stdin with (format binary)`;
  const copy = await query.writable();
  for (const piece of pieces) if (!copy.write(piece)) await once(copy, 'drain');
  copy.end();
  await once(copy, 'finish');
}

/** The server sends one row at a time; written back like that, the calls would cost more than the COPY. */
function* batched(pieces: readonly Buffer[], bytes = 256 * 1_024): Generator<Buffer> {
  let batch: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < bytes) continue;
    yield Buffer.concat(batch);
    batch = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(batch);
}
