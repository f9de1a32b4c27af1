import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeriesStore } from '../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { startCluster } from '../../host/cluster/index.ts';
import { removeCluster } from '../helpers/remove-cluster.ts';
import { JOB, minutes, pageOf, SPOT, T0 } from '../stores/klines.ts';
import { type DatabaseTap, startDatabaseTap } from './support/database-tap.ts';

/**
 * What one candle weighs: on the way to the server, in its log and on its disk. Traffic out of AWS is billed by the
 * byte, the log decides how fast a replica follows, the disk is what the warehouse costs forever. When a number grows on
 * purpose, such as by a column, add its bytes here; `functions/core/costs/assumptions.ts` counts on the first one.
 */
const ROWS = 44_640;

/** A server of its own: the log is one for all databases of a server. */
let home: string;
let sql: Sql;
let writer: Sql;
let tap: DatabaseTap;
let log = 0;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gordon-work-pg-'));
  // Root's server runs as another user, who must get there.
  chmodSync(home, 0o711);
  const cluster = await startCluster({
    dataDir: join(home, 'data'),
    durable: false,
    // Whatever else the server writes at its own time would be counted.
    settings: { autovacuum: 'off', fsync: 'off', max_wal_size: '4GB', checkpoint_timeout: '1h' },
  });
  const url = cluster.url('postgres');
  await migrate(url);
  sql = connect(url, { max: 1 });
  tap = await startDatabaseTap();
  writer = connect(tap.url(url), { role: 'gordon_writer', max: 1 });
  const store = createSeriesStore(writer, { tables: () => SPOT, clock: () => T0 });
  await sql`checkpoint`;
  const before = await logged();
  await store.commit([pageOf([minutes(0, ROWS)])], JOB);
  log = (await logged()) - before;
});
afterAll(async () => {
  await Promise.all([sql?.end(), writer?.end()]);
  await tap?.close();
  await removeCluster(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
});

async function logged(): Promise<number> {
  const [row] = await sql<{ at: number }[]>`select (pg_current_wal_insert_lsn() - '0/0')::float8 as at`;
  return row!.at;
}

describe('a candle', () => {
  it('is 135 bytes of COPY', () => {
    const fields = SPOT.columns.length;
    const values = 'BTCUSDT'.length + '1m'.length + 8 + 8 * 8 + 4;
    // The row says how many fields it has, each field how long it is.
    const row = 2 + 4 * fields + values;
    expect(row).toBe(135);
    // "PGCOPY\n\xff\r\n\0", flags and the length of an extension that is not there; then the end of the rows.
    const [header, trailer] = [11 + 8, 2];
    expect(tap.copied).toBe(ROWS * row + header + trailer);
  });

  it('is below 210 bytes in the log: 191, a row among the others of its page and an entry of the key', () => {
    expect(log / ROWS).toBeGreaterThan(100);
    expect(log / ROWS).toBeLessThan(210);
  });

  it('is below 180 bytes on the disk: 129 in the table, 41 in the key', async () => {
    const [size] = await sql<{ heap: number; key: number; all: number }[]>`
      select pg_relation_size('market_data.spot_klines')::float8 as heap,
        pg_indexes_size('market_data.spot_klines')::float8 as key,
        pg_total_relation_size('market_data.spot_klines')::float8 as all`;
    // A row is its header (24), two short texts (11, up to 16), time, numbers (76, up to 80) and its pointer in the page (4);
    // 65 of them fill a page of 8 kB, and the table is lengthened by several pages at once.
    expect(size!.heap).toBeGreaterThanOrEqual(Math.ceil(ROWS / 65) * 8_192);
    expect(size!.heap / ROWS).toBeLessThan(135);
    expect(size!.key / ROWS).toBeLessThan(45);
    expect(size!.all / ROWS).toBeLessThan(180);
    expect((await sql`select from pg_indexes where tablename = 'spot_klines'`).length).toBe(1);
  });
});
