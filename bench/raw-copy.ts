import { createReadStream, createWriteStream } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import type { Sql } from '../functions/stores/postgres.ts';

const PIECE = 256 * 1_024;

/** The rows of the table as PostgreSQL's own binary COPY, in a file: held in memory they would burden whoever is measured next. */
export async function dump(sql: Sql, file: string): Promise<void> {
  const query = sql`copy (select * from market_data.spot_klines order by time) to stdout with (format binary)`;
  await pipeline(await query.readable(), createWriteStream(file, { highWaterMark: PIECE }));
}

/** The same bytes back into the table in one COPY: nothing to fetch, parse, encode or keep account of. */
export async function rawCopy(sql: Sql, file: string): Promise<void> {
  const copy = await sql`copy market_data.spot_klines from stdin with (format binary)`.writable();
  createReadStream(file, { highWaterMark: PIECE }).pipe(copy);
  await finished(copy);
}
