import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acquireCopySlot } from '../../../functions/stores/copy/copy.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { foldLedger } from '../../../functions/stores/ledger/spans/sums.ts';
import { Session } from '../../../functions/stores/postgres/connection.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createReaderWatch } from '../../../functions/stores/postgres/roles/reader-watch.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { until } from '../../helpers/until.ts';
import { JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

/** A reader with psql in its hands, who may set in its own session and for its own login whatever it likes. */
let database: TestDatabase;
let writer: Sql;
let admin: Sql;
let reader: Session;
beforeAll(async () => {
  database = await createTestDatabase();
  writer = database.connect({ role: 'gordon_writer', max: 4 });
  admin = database.connect({ max: 1 });
});
beforeEach(() => {
  reader = new Session(database.readerUrl, { max: 1, application: 'a reader' });
});
afterEach(() => reader.close());
afterAll(() => database[Symbol.asyncDispose]());

const commit = (from: number) =>
  createSeriesStore(writer, { tables: () => SPOT, clock: () => T0 }).commit(
    [pageOf([minutes(from, from + 10)])],
    JOB,
  );

describe('what the writer locks', () => {
  it('is not an advisory lock, so whoever holds all of those holds nothing up', async () => {
    // Those that the program had, as pg_locks showed them: months of a series, slots of COPY, the fold.
    await reader.sql`
      select pg_advisory_lock(hashtextextended(key, 0)) from (
        select 'klines_spot BTCUSDT 1m 2025-' || to_char(month, 'FM00') from generate_series(1, 12) month
        union all select 'copy spot_klines ' || slot from generate_series(0, 7) slot
        union all values ('fold the ledger'), ('gordon-data refresh price_klines_15m')) keys (key)`;
    expect(await commit(0)).toBe(10);
    await writer.begin((tx) => acquireCopySlot(tx, SPOT, 'BTCUSDT'));
    await foldLedger(writer);
    await writer`call market_data.refresh_recent(interval '5 seconds')`;
    expect(
      await admin`select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`,
    ).toEqual([]);
  });

  it('cannot be locked by a reader in any way', async () => {
    await commit(20);
    for (const statement of [
      'select from market_data.locks for update',
      'select from market_data.locks for key share',
      'lock table market_data.locks in share mode',
      'lock table market_data.coverage in row share mode nowait',
      `select market_data.take_locks('months', '["a"]')`,
      `select market_data.end_stalling_readers('0')`,
      'update market_data.locks set slot = slot',
    ]) {
      await expect(reader.sql.unsafe(`begin read write; ${statement}`)).rejects.toMatchObject({
        code: '42501',
      });
      await reader.sql`rollback`;
    }
  });
});

describe('a reader that holds up a session that writes', () => {
  const watch = () => createReaderWatch(writer);

  it('is ended, whatever time-outs it has set, and the one that waited goes on', async () => {
    const [before] = await reader.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await reader.sql
      .unsafe(`set statement_timeout = 0; set idle_in_transaction_session_timeout = 0`)
      .simple();
    await reader.sql.unsafe('begin; select from market_data.meta').simple();
    const altered = admin`alter table market_data.meta add column stalled_by integer`.execute();
    const owner = database.connect({ max: 1, application: 'who looks' });
    await until('the owner waits', async () => {
      const [row] = await owner`select from pg_locks where not granted and waitstart < clock_timestamp()`;
      return row !== undefined;
    });
    expect(await watch().endStalling(60_000)).toEqual([]);
    expect(await watch().endStalling(0)).toEqual([{ pid: before!.pid, login: 'gordon_reader' }]);
    await altered;
    await expect(reader.sql`select 1`).rejects.toThrow();
  });

  it('is ended where it hoards advisory locks, whose memory all sessions share', async () => {
    await reader.sql`select pg_advisory_lock(n) from generate_series(1, 200) n`;
    expect(await watch().endStalling(60_000)).toHaveLength(1);
    // The signal is sent; the session holds its locks until it takes it.
    await until('the reader is gone', async () => {
      const found =
        await admin`select from pg_locks where locktype = 'advisory' group by pid having count(*) > 100`;
      return found.length === 0;
    });
    expect(await watch().endStalling(60_000)).toEqual([]);
  });

  it('and one for which nobody waits is left alone, as is a writer', async () => {
    await reader.sql.unsafe('begin; select from market_data.meta').simple();
    const other = database.connect({ role: 'gordon_writer', max: 1 });
    await other.begin(async (tx) => {
      await tx`select market_data.take_locks('ledger', '["fold"]')`;
      const folded = foldLedger(writer);
      await until('the fold waits', async () => {
        const [row] = await admin`select from pg_locks where not granted and waitstart < clock_timestamp()`;
        return row !== undefined;
      });
      expect(await watch().endStalling(0)).toEqual([]);
      void folded;
    });
    expect(await reader.sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('does not hold up a migration, neither by a table nor by the lock that migrations take', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gordon-stall-'));
    try {
      cpSync('sql', folder, { recursive: true });
      const file = '9001.do.stalled.sql';
      writeFileSync(join(folder, file), 'ALTER TABLE market_data.meta ADD COLUMN stalled integer;');
      await reader.sql.unsafe(`begin; select from market_data.meta`).simple();
      await reader.sql`select pg_advisory_lock(hashtextextended('gordon-data migrate', 0))`;
      expect((await migrate(database.url, { folder })).applied).toEqual([file]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
