import { execFileSync } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import { startTestHost, type TestHost } from '../helpers/host.ts';

const MB = 2 ** 20;

/** A file system of its own is for root to mount, and the server has to be one of this machine. */
const mayMount =
  process.platform === 'linux' && process.getuid?.() === 0 && !process.env.GORDON_TEST_DATABASE_URL;

describe.skipIf(!mayMount)('a disk of the database that becomes full in the middle of a job', () => {
  let mount: string;
  let database: TestDatabase;
  let at: TestHost;
  const ballast = () => join(mount, 'ballast');
  const free = (): number => {
    const { bavail, bsize } = statfsSync(mount);
    return bavail * bsize;
  };

  beforeAll(async () => {
    mount = mkdtempSync(join(tmpdir(), 'gordon-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m,mode=0711', 'tmpfs', mount]);
    database = await createTestDatabase();
    const admin = database.connect({ max: 1 });
    // Tables lie in a folder of the user that the server runs as; the log of transactions stays where it is.
    const [{ data_directory: data }] = (await admin`show data_directory`) as never as [
      { data_directory: string },
    ];
    const { uid, gid } = statSync(data);
    mkdirSync(join(mount, 'tables'));
    chownSync(join(mount, 'tables'), uid, gid);
    await admin.unsafe(`create tablespace full_disk location '${join(mount, 'tables')}'`);
    await admin.end();
    const name = new URL(database.url).pathname.slice(1);
    await using other = await createTestDatabase('empty');
    await other.connect({ max: 1 }).unsafe(`alter database ${name} set tablespace full_disk`);
    at = await startTestHost({}, undefined, {}, database);
  });
  afterAll(async () => {
    await at?.[Symbol.asyncDispose]();
    await using other = await createTestDatabase('empty');
    await other.connect({ max: 1 })`drop tablespace if exists full_disk`;
    execFileSync('umount', [mount]);
    rmSync(mount, { recursive: true });
  });

  const order = {
    source: 'klines_spot',
    symbols: ['BTCUSDT', 'ETHUSDT'],
    from: '2025-01-01',
    to: '2025-03-01',
  };
  const MINUTES = 2 * 59 * 1_440;
  const stored = async (): Promise<number> => {
    const [{ n }] = (await at.sql`select count(*)::int as n from market_data.spot_klines`) as never as [
      { n: number },
    ];
    return n;
  };

  it('stops the job, which says so, loses nothing, kills nobody, and goes on when there is room', async () => {
    const [started] = await at.sql`select pg_postmaster_start_time() as at`;
    const before = await at.wait((await at.order({ ...order, to: '2025-01-08' })).id);
    // Room for some of the rows.
    writeFileSync(ballast(), Buffer.alloc(free() - 8 * MB));
    const stopped = await at.wait((await at.order(order)).id);
    expect(['failed', 'completed_with_gaps']).toContain(stopped.status);
    // A chunk has noted it, or there was no room for the note either.
    expect([stopped.reason, ...stopped.failures.map(({ message }) => message)].join()).toMatch(
      /the database has no room on its disk/,
    );
    const kept = await stored();
    expect(before.rows_fetched + stopped.rows_fetched).toBe(kept);
    expect(kept).toBeLessThan(MINUTES);
    // Whoever reads goes on reading, and the database was not restarted.
    await expect.poll(async () => (await at.ask('/healthz')).status).toBe(200);
    const report = await at.ask<{ rows: number }[]>('/backfill/report');
    expect(report.status).toBe(200);
    expect(await at.sql`select pg_postmaster_start_time() as at`).toEqual([started]);

    truncateSync(ballast(), 0);
    const rest = await at.wait((await at.order(order)).id);
    expect(rest).toMatchObject({ status: 'succeeded', failures: [], rows_fetched: MINUTES - kept });
    expect(await stored()).toBe(MINUTES);
  });
});
