import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../../functions/sources/index.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { backUp } from '../../../host/backup/back-up.ts';
import { openBackup } from '../../../host/backup/backup-folder.ts';
import { restoreDatabase } from '../../../host/backup/restore.ts';
import { fill } from '../../cli/export/support.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';

const parent = mkdtempSync(join(tmpdir(), 'gordon-backup-'));
const folder = join(parent, 'backup');
const HOUR = 3_600_000;
const JANUARY = Date.UTC(2025, 0, 1);

let from: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  from = await createTestDatabase();
  sql = from.connect();
  for (const source of Object.values(sources)) {
    await fill(sql, source, [JANUARY, JANUARY + 24 * HOUR, JANUARY + 40 * 24 * HOUR]);
  }
  await sql.unsafe(`
    insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
      values ('klines_spot', 'BTCUSDT', '1m', '[2025-01-01Z,2025-01-02Z)', 'have', 1, 'job', 'chunk', '2025-02-01Z');
    insert into market_data.coverage (source, symbol, timeframe, span, state, reason, job_id, chunk, fetched_at)
      values ('klines_spot', 'BTCUSDT', '1m', '[2025-01-03Z,2025-01-04Z)', 'failed', 'timed-out', 'job', 'chunk', '2025-02-01Z');
    delete from market_data.spot_klines where open_time = '2025-01-02Z';
    insert into market_data.meta values ('simulated', 'true'), ('a key', '{"of": "an operator"}');
    update market_data.price_klines set close = 7.25;
    call market_data.refresh_continuous_aggregate('market_data.price_klines_1h', null, null);`);
  await backUp({ url: from.url, folder, madeBy: 'a test' });
});
afterAll(async () => {
  await from?.[Symbol.asyncDispose]();
  rmSync(parent, { recursive: true, force: true });
});

/** Everything that a reader or a job can see, by table; and what the next rows are numbered by. */
async function contents(of: Sql): Promise<Record<string, unknown>> {
  const tables = await of<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'market_data'::regnamespace and relkind = 'r'
      and relname not in ('schema_version', 'aggregates') order by 1`;
  const seen: Record<string, unknown> = {};
  for (const { name } of tables) {
    seen[name] = await of.unsafe(`select * from market_data."${name}" order by "${name}"`);
  }
  seen.sequences = await of`
    select sequencename, last_value from pg_sequences where schemaname = 'market_data' order by 1`;
  seen.grants = await of`
    select table_name, grantee, privilege_type from information_schema.role_table_grants
    where table_schema = 'market_data' and grantee like 'gordon%' order by 1, 2, 3`;
  seen.triggers = await of`
    select relname, tgname, tgenabled from pg_trigger join pg_class c on c.oid = tgrelid
    where not tgisinternal order by 1, 2`;
  return seen;
}

/** An aggregate is computed again, all of it; before, only one of them had been. */
const WITHOUT_AGGREGATES = ([name]: readonly [string, unknown]) => !/^price_klines_\d/.test(name);

describe('a backup', () => {
  it('fills an empty database with the same rows, marks, numbers and rights', async () => {
    await using to = await createTestDatabase('empty');
    await restoreDatabase(await openBackup(folder), { url: to.url, force: false });
    const restored = to.connect();
    const [before, after] = [await contents(sql), await contents(restored)];
    for (const [name, rows] of Object.entries(before).filter(WITHOUT_AGGREGATES)) {
      expect(after[name], name).toEqual(rows);
    }
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect((before.ledger_marks as unknown[]).length).toBeGreaterThan(0);
    expect((before.recounts as unknown[]).length).toBeGreaterThan(0);
    expect(after.price_klines_1h).toEqual(before.price_klines_1h);
    expect((after.price_klines_15m as unknown[]).length).toBeGreaterThan(0);
    // New spans go on with the numbers.
    const [span] = await restored`
      insert into market_data.coverage (source, symbol, timeframe, span, state, reason, job_id, chunk, fetched_at)
      values ('klines_spot', 'BTCUSDT', '1m', '[2025-01-05Z,2025-01-06Z)', 'failed', 'timed-out', 'job', 'chunk', '2025-02-01Z') returning id`;
    const [newest] = await sql`select max(id) as id from market_data.coverage`;
    expect(span!.id).toBe((newest!.id as number) + 1);
    expect(await migrate(to.url)).toMatchObject({ applied: [] });
  });

  it('of an older schema is brought to the newest one', async () => {
    await using older = await createTestDatabase('empty');
    await migrate(older.url, { until: 160 });
    await older.connect().unsafe(`
      insert into market_data.fear_greed (symbol, time, value, classification)
        values ('FNG', '2025-01-01Z', 50, 'Neutral')`);
    const at = join(parent, 'older');
    const { schema } = await backUp({ url: older.url, folder: at, madeBy: 'a test' });
    expect(schema).toBe(160);
    await using to = await createTestDatabase('empty');
    await restoreDatabase(await openBackup(at), { url: to.url, force: false });
    expect(await to.connect()`select value from market_data.fear_greed`).toEqual([{ value: 50 }]);
    expect(await migrate(to.url)).toMatchObject({ applied: [] });
  });

  it('is of one instant, whatever is written meanwhile', async () => {
    const at = join(parent, 'busy');
    let wrote = false;
    await backUp({
      url: from.url,
      folder: at,
      madeBy: 'a test',
      onTable: () => {
        if (wrote) return;
        wrote = true;
        void sql`insert into market_data.meta values ('later', '1')`.then(() => {});
      },
    });
    await sql`delete from market_data.meta where key = 'later'`;
    await using to = await createTestDatabase('empty');
    await restoreDatabase(await openBackup(at), { url: to.url, force: false });
    expect(await to.connect()`select from market_data.meta where key = 'later'`).toHaveLength(0);
  });
});

describe('a database with rows', () => {
  it('is not filled, unless it is forced', async () => {
    await using to = await createTestDatabase();
    const there = to.connect();
    await fill(there, sources.fear_greed!, [JANUARY, JANUARY + 24 * HOUR, JANUARY + 48 * HOUR]);
    await there`delete from market_data.fear_greed where time = ${new Date(JANUARY)}`;
    const backup = await openBackup(folder);
    await expect(restoreDatabase(backup, { url: to.url, force: false })).rejects.toMatchObject({
      code: 'restore-not-empty',
      name: 'BadRequest',
    });
    expect(await there`select from market_data.fear_greed`).toHaveLength(2);
    await restoreDatabase(backup, { url: to.url, force: true });
    expect(await there`select time from market_data.fear_greed order by 1`).toEqual(
      await sql`select time from market_data.fear_greed order by 1`,
    );
  });

  it('that a restore left half is refused by everything but the next restore', async () => {
    await using to = await createTestDatabase('empty');
    const backup = await openBackup(folder);
    const stopped = {
      ...backup,
      async *read(table: Parameters<typeof backup.read>[0]) {
        if (table.name === 'open_interest') throw new Error('the power fails');
        yield* backup.read(table);
      },
    };
    await expect(restoreDatabase(stopped, { url: to.url, force: false })).rejects.toThrow('the power fails');
    await expect(migrate(to.url)).rejects.toMatchObject({ code: 'restore-unfinished' });
    expect(await to.connect()`select from market_data.spot_klines`).toHaveLength(0);
    await restoreDatabase(backup, { url: to.url, force: false });
    expect(await migrate(to.url)).toMatchObject({ applied: [] });
  });
});

describe('the folder of a backup', () => {
  it('is refused when it has something, and there is none of a backup that failed', async () => {
    await expect(backUp({ url: from.url, folder, madeBy: 'a test' })).rejects.toMatchObject({
      code: 'backup-exists',
    });
    const at = join(parent, 'failed');
    const wrong = Object.assign(new URL(from.url), { pathname: '/no-such-database' }).href;
    await expect(backUp({ url: wrong, folder: at, madeBy: 'a test' })).rejects.toMatchObject({
      code: 'no-database',
    });
    expect([existsSync(at), readdirSync(parent).filter((name) => name.endsWith('.half'))]).toEqual([
      false,
      [],
    ]);
  });

  it('is named when a file of it is damaged or missing, and nothing is restored of it', async () => {
    const at = join(parent, 'damaged');
    mkdirSync(at);
    await backUp({ url: from.url, folder: at, madeBy: 'a test' });
    const table = join(at, 'tables', 'spot_klines.zst');
    const bytes = readFileSync(table);
    bytes[20]! ^= 1;
    writeFileSync(table, bytes);
    await expect(openBackup(at)).rejects.toMatchObject({ code: 'backup-damaged', subject: table });
    rmSync(table);
    await expect(openBackup(at)).rejects.toMatchObject({ code: 'backup-damaged', subject: table });
    rmSync(join(at, 'backup.json'));
    await expect(openBackup(at)).rejects.toMatchObject({ code: 'backup-damaged', name: 'BadRequest' });
  });

  it('has the job table of one machine as it is at one instant, while others write to it', async () => {
    const jobFile = join(parent, 'jobs.db');
    using jobs = new DatabaseSync(jobFile);
    jobs.exec(`pragma journal_mode = wal; create table items (pk text); insert into items values ('a')`);
    const at = join(parent, 'jobs');
    const { jobs: kept } = await backUp({ url: from.url, folder: at, jobFile, madeBy: 'a test' });
    jobs.exec(`insert into items values ('b')`);
    expect(kept).toMatchObject({ path: 'jobs.db' });
    using copy = new DatabaseSync(join(at, 'jobs.db'));
    expect(copy.prepare('select pk from items').all()).toEqual([{ pk: 'a' }]);
    await openBackup(at);
  });
});
