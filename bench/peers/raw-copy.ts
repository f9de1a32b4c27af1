import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { openCopy } from '../../functions/stores/copy/copy-stream.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { intoTable, type Peer, type Testbed, WANTED } from './peer.ts';

const PIECE = 256 * 1_024;
const MIDDLE = `${WANTED.year}-07-02`;

/** The same bytes back into the table in one COPY: nothing to fetch, parse, encode or keep account of. */
export const rawCopy: Peer = {
  name: 'raw COPY, binary, one session',
  to: 'the table',
  leavesOut: 'fetching, reading, ledger: the rows lie ready in the format of the database',
  prepare: async () => ({
    run: ({ sql, copies }) => intoTable(sql, () => copyBack(sql, 'spot_klines', copies.binary)),
  }),
};

/** @param table of `market_data` */
export async function copyBack(sql: Sql, table: string, file: string): Promise<void> {
  const copy = await sql`copy market_data.${sql(table)} from stdin with (format binary)`.writable();
  createReadStream(file, { highWaterMark: PIECE }).pipe(copy);
  await finished(copy);
}

/** The rows of the table in files: held in memory they would burden the next measurement. */
export async function dump(sql: Sql, folder: string): Promise<Testbed['copies']> {
  const binary = join(folder, 'rows.copy');
  await save(sql, 'spot_klines order by open_time', 'binary', binary);
  const csv = ['<', '>='].map((side, i) => ({
    half: `spot_klines where open_time ${side} '${MIDDLE}' order by open_time`,
    file: join(folder, `rows-${i}.csv`),
  }));
  for (const { half, file } of csv) await save(sql, half, 'csv', file);
  return { binary, csv: csv.map(({ file }) => file) };
}

/** @param which a table of `market_data`, and what of it in which order */
export async function save(sql: Sql, which: string, format: 'binary' | 'csv', file: string): Promise<void> {
  const query = sql.unsafe(`copy (select * from market_data.${which}) to stdout with (format ${format})`);
  await pipeline(await openCopy(query), createWriteStream(file, { highWaterMark: PIECE }));
}
