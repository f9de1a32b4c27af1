import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../functions/stores/postgres/postgres.ts';
import { findBinaries } from '../../../host/cluster/binaries.ts';
import { type ClusterOptions, startCluster, stopCluster } from '../../../host/cluster/index.ts';
import { placeBinaries } from '../../../host/cluster/location.ts';
import { reachable, serverUser } from '../../../host/cluster/os-user.ts';
import { removeCluster } from '../../helpers/remove-cluster.ts';
import { until } from '../../helpers/until.ts';

/** A stopped cluster that tests copy: `initdb` takes longer than all else in them. */
const template = mkdtempSync(join(tmpdir(), 'gordon-cluster-template-'));
beforeAll(async () => {
  chmodSync(template, 0o711);
  await (await startCluster({ dataDir: join(template, 'data'), durable: false })).stop();
});
afterAll(() => rmSync(template, { recursive: true, force: true }));

let home: string;
let dataDir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gordon-cluster-'));
  dataDir = join(home, 'data');
  // Root's server runs as another user, who must get there.
  chmodSync(home, 0o711);
});
afterEach(async () => {
  await removeCluster(dataDir);
  rmSync(home, { recursive: true, force: true });
});

/** Owner and modes are the server's, who refuses others. */
const placeCluster = () => execFileSync('cp', ['-a', join(template, 'data'), dataDir]);
const start = (options: Partial<ClusterOptions> = {}) =>
  startCluster({ dataDir, durable: false, settings: { fsync: 'off' }, ...options });

async function query(url: string, text: string): Promise<unknown> {
  const sql = connect(url, { max: 1 });
  try {
    const [row] = await sql.unsafe(text);
    return row && Object.values(row)[0];
  } finally {
    await sql.end();
  }
}

describe('startCluster', () => {
  it('makes a cluster, keeps its data over a stop, and listens on the loopback address only', async () => {
    const first = await start();
    expect(await query(first.url('postgres'), 'show listen_addresses')).toBe('127.0.0.1');
    expect(await query(first.url('postgres'), 'show timezone')).toBe('UTC');
    await query(first.url('postgres'), 'create database kept');
    await first.stop();
    await expect(query(first.url('kept'), 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url('kept'), 'select 1')).toBe(1);
  });

  it('lets nobody in without the password, which others cannot read', async () => {
    placeCluster();
    const cluster = await start();
    const url = new URL(cluster.url('postgres'));
    url.password = 'guess';
    await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(cluster.dataDir, 'gordon.password')).mode & 0o077).toBe(0);
    expect(statSync(cluster.dataDir).mode & 0o077).toBe(0);
  });

  it('adopts the server of a program that was killed', async () => {
    placeCluster();
    const script = `
      import { startCluster } from './host/cluster/index.ts';
      const { pid } = await startCluster(${JSON.stringify({ dataDir, durable: false })});
      console.log(pid);
      setInterval(() => {}, 1000);`;
    const program = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
    const [pid] = await once(program.stdout, 'data');
    program.kill('SIGKILL');
    await once(program, 'exit');
    const cluster = await start();
    expect(cluster).toMatchObject({ adopted: true, pid: Number(pid) });
    expect(await query(cluster.url('postgres'), 'select 1')).toBe(1);
  });

  it('recovers a cluster whose server was killed', async () => {
    placeCluster();
    const first = await start();
    await query(first.url('postgres'), 'create table kept as select 7 as n');
    process.kill(first.pid, 'SIGKILL');
    await until(
      'the server is gone',
      async () => (await query(first.url('postgres'), 'select 1').catch(() => 'gone')) === 'gone',
    );
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(true);
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url('postgres'), 'select n from kept')).toBe(7);
  });

  it('waits for the end of a server that was killed a moment ago and answers no more', async () => {
    placeCluster();
    const first = await start();
    await first.stop();
    const { uid, gid } = statSync(dataDir);
    const dying = spawn('sleep', ['60'], { uid, gid, cwd: dataDir });
    // As the kernel does for it: connections are taken, and nobody reads from them.
    const kernel = createServer().listen(first.port, '127.0.0.1');
    const lines = [dying.pid, dataDir, 0, first.port, '', '127.0.0.1', '', 'ready'];
    writeFileSync(join(dataDir, 'postmaster.pid'), `${lines.join('\n')}\n`);
    // The start has found the server by then, and waits for its answer.
    kernel.once('connection', () => dying.kill('SIGKILL'));
    const second = await start();
    kernel.close();
    expect([second.adopted, dying.signalCode]).toEqual([false, 'SIGKILL']);
    expect(await query(second.url('postgres'), 'select 1')).toBe(1);
  });

  it('does not take another program for its server when the process number was used again', async () => {
    placeCluster();
    const first = await start();
    await first.stop();
    const { uid, gid } = statSync(dataDir);
    const other = spawn('sleep', ['60'], { uid, gid });
    const lines = [other.pid, dataDir, 0, 5432, '', '127.0.0.1', '', 'ready'];
    writeFileSync(join(dataDir, 'postmaster.pid'), `${lines.join('\n')}\n`);
    expect(await stopCluster(dataDir)).toBe(false);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url('postgres'), 'select 1')).toBe(1);
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('gives programs that start together one and the same server', async () => {
    const script = `
      import { startCluster } from './host/cluster/index.ts';
      console.log((await startCluster(${JSON.stringify({ dataDir, durable: false })})).pid);`;
    const pids = await Promise.all(
      [1, 2, 3].map(async () => {
        const program = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
        let output = '';
        program.stdout.on('data', (text) => (output += text));
        program.stderr.on('data', (text) => (output += text));
        await once(program, 'close');
        return output.trim();
      }),
    );
    expect(pids[0]).toMatch(/^\d+$/);
    expect(new Set(pids).size).toBe(1);
    expect(readdirSync(home)).toEqual(['data']);
  });

  it('clears away what a killed initdb left', async () => {
    mkdirSync(join(home, 'data.999999999'));
    writeFileSync(join(home, 'data.999999999.password'), 'x');
    await start();
    expect(readdirSync(home)).toEqual(['data']);
  });

  it('refuses the data of another PostgreSQL', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'PG_VERSION'), '12\n');
    await expect(start()).rejects.toMatchObject({
      code: 'other-postgres-major',
      message: expect.stringContaining('PostgreSQL 12'),
    });
  });

  it('says so when the port is taken', async () => {
    placeCluster();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({ code: 'port-in-use', subject: `port ${port}` });
    other.close();
    expect((await start({ port })).port).toBe(port);
  });

  it('reports what the server printed when it does not start', async () => {
    placeCluster();
    await expect(start({ settings: { shared_buffers: 'plenty' } })).rejects.toMatchObject({
      code: 'cluster-not-started',
      message: expect.stringContaining('shared_buffers'),
    });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'as root, moves to where the server’s user can get when the folder is closed to it',
    async () => {
      chmodSync(home, 0o700);
      const cluster = await start();
      expect(cluster.dataDir.startsWith(dirname(dataDir))).toBe(false);
      expect(cluster.dataDir).toMatch(/^\/var\/tmp\/gordon-[0-9a-f]{10}\/data$/);
      expect(await start()).toMatchObject({ adopted: true, dataDir: cluster.dataDir });
      expect(await stopCluster(dataDir)).toBe(true);
      await removeCluster(dataDir);
      expect(existsSync(dirname(cluster.dataDir))).toBe(false);
    },
  );
});

describe('findBinaries', () => {
  it('names what to do where npm has no PostgreSQL', () => {
    expect(() => findBinaries('sunos', 'sparc')).toThrow(
      expect.objectContaining({
        code: 'no-binaries',
        message: expect.stringContaining('GORDON_DATABASE_URL'),
      }),
    );
  });
});

describe('placeBinaries', () => {
  it.skipIf(process.getuid?.() !== 0)('copies them once to where the server’s user can get, as root', () => {
    const root = join(home, 'native');
    mkdirSync(join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'bin', 'postgres'), 'program');
    const binaries = { root, version: '18.0.0', major: '18' };
    const user = serverUser(dataDir);
    expect(placeBinaries(binaries, user)).toBe(binaries);

    chmodSync(home, 0o700);
    const placed = placeBinaries(binaries, user);
    expect(readFileSync(join(placed.root, 'bin', 'postgres'), 'utf8')).toBe('program');
    expect(reachable(join(placed.root, 'bin'), user)).toBe(true);
    writeFileSync(join(root, 'bin', 'postgres'), 'changed');
    expect(placeBinaries(binaries, user)).toEqual(placed);
    expect(readFileSync(join(placed.root, 'bin', 'postgres'), 'utf8')).toBe('program');
    rmSync(dirname(placed.root), { recursive: true });
  });
});
