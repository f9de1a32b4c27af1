import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostState } from '../../../host/state-file.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { gordon } from '../support/run.ts';

/** What a host says of itself; the commands find it in place of the one of this machine. */
const running = vi.hoisted(() => ({ state: undefined as unknown }));
vi.mock('../../../host/control.ts', () => ({
  up: async () => ({ state: running.state, started: true }),
  status: async () => running.state,
}));

const OWNER = 'postgres://owner:secret@127.0.0.1:5432/gordon';
const READER = 'postgres://gordon_reader:reader@127.0.0.1:5432/gordon';
const IGNORED = 'GORDON_DATABASE_URL is ignored: the demo has a database of its own\n';
const state = (over: Partial<HostState> = {}): HostState => ({
  pid: 4711,
  mode: 'live',
  ports: { jobs: 8081, candles: 3000 },
  startedAt: '2025-11-21T09:30:00Z',
  databaseUrl: OWNER,
  logFile: '/x/live.log',
  ...over,
});
beforeEach(() => {
  running.state = state();
});

describe('up and status', () => {
  it.each([['up'], ['status']])("%s does not print the owner's password", async (command) => {
    const env = { GORDON_DATABASE_URL: OWNER };
    const given = await gordon([command], { env });
    expect([given.code, given.stderr]).toEqual([0, '']);
    expect(given.stdout).toContain('127.0.0.1:5432/gordon (named by GORDON_DATABASE_URL');
    expect(given.stdout).not.toContain('secret');
    running.state = state({ readerUrl: READER });
    const own = await gordon([command]);
    expect(own.stdout).toContain(`database:    ${READER} (reads only)`);
    expect(own.stdout).not.toContain('secret');
  });

  it("status --owner prints the owner's URL too", async () => {
    running.state = state({ readerUrl: READER });
    const { stdout } = await gordon(['status', '--owner']);
    expect(stdout).toContain(`database:    ${READER} (reads only)`);
    expect(stdout).toContain(`owner:       ${OWNER} (may write)`);
  });
});

describe('a demo and GORDON_DATABASE_URL', () => {
  it('up --demo says that it is ignored, where there is one', async () => {
    running.state = state({ mode: 'demo', readerUrl: READER });
    expect((await gordon(['up', '--demo'], { env: { GORDON_DATABASE_URL: OWNER } })).stderr).toBe(IGNORED);
    expect((await gordon(['up', '--demo'])).stderr).toBe('');
    running.state = state();
    expect((await gordon(['up'], { env: { GORDON_DATABASE_URL: OWNER } })).stderr).toBe('');
  });

  it('sql and doctor address the database of the demo that runs, and say so', async () => {
    await using filled = await createTestDatabase();
    const sql = filled.connect({ max: 1 });
    await sql`insert into market_data.meta (key, value) values ('mark', '"the demo"')`;
    const demo = state({ mode: 'demo', readerUrl: filled.readerUrl });
    const elsewhere = { GORDON_DATABASE_URL: 'postgres://127.0.0.1:1/other' };
    const query = "SELECT value #>> '{}' AS mark FROM meta WHERE key = 'mark'";
    const ran = await gordon(['sql', '--csv', query], { env: elsewhere, host: demo });
    expect(ran).toEqual({ code: 0, stdout: 'mark\nthe demo\n', stderr: IGNORED });

    const { host, pathname } = new URL(filled.url);
    const looked = await gordon(['doctor', '--offline'], { env: elsewhere, host: demo });
    expect(looked.stdout).toContain(`! ${IGNORED}`);
    expect(looked.stdout).toContain(`✓ database ${host}${pathname}: PostgreSQL`);
    expect(looked.stdout).not.toContain('127.0.0.1:1/other');
  });

  it('does not stand in the way of another API, or of a host with live venues', async () => {
    const env = { GORDON_DATABASE_URL: 'postgres://127.0.0.1:1/other', GORDON_API_URL: 'http://127.0.0.1:1' };
    const demo = state({ mode: 'demo', readerUrl: READER });
    expect((await gordon(['sql', 'SELECT 1'], { env, host: demo })).stderr).toMatch(
      /^gordon-data: no database at 127.0.0.1:1\/other/,
    );
    const { GORDON_DATABASE_URL } = env;
    const live = await gordon(['sql', 'SELECT 1'], { env: { GORDON_DATABASE_URL }, host: state() });
    expect(live.stderr).toMatch(/^gordon-data: no database at 127.0.0.1:1\/other/);
  });
});
