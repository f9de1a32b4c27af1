import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import type { HostState } from '../../../host/state-file.ts';
import { fakeTerminal } from '../../cli/support/fake-terminal.ts';
import { gordon } from '../../cli/support/run.ts';
import { until } from '../../helpers/until.ts';

/** The host as a process: started, killed, started again, stopped. */
const folder = mkdtempSync(join(tmpdir(), 'gordon-process-'));
const env = {
  ...process.env,
  GORDON_DIR: folder,
  GORDON_JOBS_PORT: '0',
  GORDON_CANDLES_PORT: '0',
  POWERTOOLS_LOG_LEVEL: 'WARN',
};
const control = (call: string): string =>
  execFileSync(
    process.execPath,
    ['-e', `import { up, down } from './host/control.ts'; console.log(JSON.stringify(await ${call}));`],
    { env, encoding: 'utf8' },
  );
const up = (): { state: HostState; started: boolean } =>
  JSON.parse(control('up({ demo: true, frozen: true })'));
const job = async (state: HostState, id: string) =>
  (await (await fetch(`http://127.0.0.1:${state.ports.jobs}/backfill/jobs/${id}`)).json()) as JobDetail;
const ended = async (state: HostState, id: string): Promise<JobDetail> => {
  await until(`job ${id} has ended`, async () => (await job(state, id)).finished_at !== null, 100);
  return job(state, id);
};
/** A zombie counts as dead: its parent may be slow to reap it. */
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Also where it ends between the two.
    return false;
  }
};

/** What the files say that runs now. */
const running = (): HostState | undefined => {
  const state = fileOf<HostState>('host.json');
  return state && alive(state.pid) ? state : undefined;
};
const fileOf = <T>(name: string): T | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
  } catch {
    return undefined;
  }
};

afterAll(() => {
  control('down()');
  rmSync(folder, { recursive: true, force: true });
});

it('survives kill -9: it is started again, jobs at work go on, and not a row is doubled', async () => {
  const { state, started } = up();
  expect(started).toBe(true);
  const body = JSON.stringify({
    source: 'klines',
    symbols: ['BTCUSDT'],
    from: '2024-01-01',
    to: '2024-03-01',
  });
  const made = await fetch(`http://127.0.0.1:${state.ports.jobs}/backfill`, { method: 'POST', body });
  const { id } = (await made.json()) as JobDetail;
  await until('the job has rows', async () => (await job(state, id)).rows_fetched > 0);
  process.kill(state.pid, 'SIGKILL');
  await until('the host is dead', () => !alive(state.pid));

  // Nobody starts it by hand.
  await until('another host runs', () => (running()?.pid ?? state.pid) !== state.pid);
  const again = up();
  expect([again.started, again.state.pid]).toEqual([false, running()?.pid]);
  const done = await ended(again.state, id);
  expect(done).toMatchObject({ status: 'succeeded', rows_fetched: 2 * 60 * 1_440 });
  const answer = await fetch(`http://127.0.0.1:${again.state.ports.jobs}/backfill/report`);
  const report = (await answer.json()) as { rows: number; gaps: unknown[] }[];
  expect(report.map((r) => [r.rows, r.gaps.length])).toEqual(Array(2).fill([86_400, 0]));
});

it('starts again what is killed: the database, the simulator, the supervisor, and by the new one the host', async () => {
  const { state } = up();
  const health = async () => (await fetch(`http://127.0.0.1:${state.ports.jobs}/healthz`)).status;
  const dataDir = dataDirOf(state);
  const postmaster = (): number =>
    Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const server = postmaster();
  process.kill(server, 'SIGKILL');
  await until('the database was started again', () => running()?.parts?.database?.restarts === 1);
  await until('the API has its database', async () => (await health()) === 200);
  expect(postmaster()).not.toBe(server);

  const simulator = childOf(state.pid, 'simulator/main.ts');
  process.kill(simulator, 'SIGKILL');
  await until('the simulator was started again', () => running()?.parts?.simulator?.restarts === 1);
  expect((await fetch(`${state.simulatorUrl}/_control/requests?last=1`)).status).toBe(200);
  expect(running()?.parts?.simulator).toMatchObject({ why: 'SIGKILL ended it' });

  const supervisor = fileOf<{ pid: number }>('supervisor.json')!.pid;
  process.kill(supervisor, 'SIGKILL');
  await until(
    'another supervisor runs',
    () => (fileOf<{ pid: number }>('supervisor.json')?.pid ?? supervisor) !== supervisor,
  );
  expect(running()?.pid).toBe(state.pid);
  process.kill(state.pid, 'SIGKILL');
  await until('another host runs', () => (running()?.pid ?? state.pid) !== state.pid);
  const again = up();
  expect(again.started).toBe(false);
  expect((await fetch(`http://127.0.0.1:${again.state.ports.jobs}/healthz`)).status).toBe(200);
  const shown = execFileSync(process.execPath, ['cli/gordon-data.ts', 'status'], { env, encoding: 'utf8' });
  expect(shown).toMatch(/^gordon-data is up\n/);
  expect(shown).toMatch(/host: +started again 2 times, last after .* UTC \(process \d+ is gone\)/);
});

it('runs once: a second start reports the first, and other venues are refused', () => {
  const { state, started } = up();
  expect(started).toBe(false);
  expect(alive(state.pid)).toBe(true);
  expect(() => control('up({ demo: false })')).toThrow(/other-mode-runs|make dev-down/);
  expect(() => control('up({ demo: true })')).toThrow(/it runs with simulated venues, frozen/);
});

it('is probed as a demo: with its simulator, its budgets and its database', async () => {
  const { state } = up();
  const ran = await gordon(['probe', '--venue', 'deribit,bybit'], {
    host: state,
    terminal: { ...fakeTerminal(), clock: Date.now },
  });
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('SIMULATED venues')]);
  expect(ran.stderr).toMatch(/^\d+ judgements are kept in market_data\.probes of /);
  const response = await fetch(`${state.simulatorUrl}/_control/requests?last=1000`);
  const { counts } = (await response.json()) as { counts: Record<string, number> };
  expect(counts['GET /deribit/api/v2/public/get_index_price']).toBe(1);
  const read = 'SELECT bool_or(own_address) FROM probes';
  const answer = await gordon(['sql', '--json', read], { host: state });
  expect(JSON.parse(answer.stdout)).toEqual([{ bool_or: false }]);
});

it('stops all that it started, and nothing else', async () => {
  const bystander = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const { state } = up();
  const server = Number(readFileSync(join(dataDirOf(state), 'postmaster.pid'), 'utf8').split('\n')[0]);
  const supervisor = fileOf<{ pid: number }>('supervisor.json')!.pid;
  expect([alive(server), alive(supervisor)]).toEqual([true, true]);
  expect(JSON.parse(control('down()'))).toBe(true);
  expect([state.pid, supervisor, server, bystander.pid!].map(alive)).toEqual([false, false, false, true]);
  expect(JSON.parse(control('down()'))).toBe(false);
  bystander.kill();
});

/** The child of a process that runs a program. Linux names them. */
function childOf(parent: number, program: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program));
  return Number(found);
}

/** PostgreSQL reports where its files are: the folder may lie elsewhere, where its user has access. */
function dataDirOf(state: HostState): string {
  const script = `import postgres from 'postgres'; const sql = postgres(${JSON.stringify(state.databaseUrl)});
    const [row] = await sql.unsafe('show data_directory'); console.log(row.data_directory); await sql.end();`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}
