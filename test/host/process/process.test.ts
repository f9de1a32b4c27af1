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
  } catch {
    return false;
  }
  return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
};

afterAll(() => {
  control('down()');
  rmSync(folder, { recursive: true, force: true });
});

it('survives kill -9: jobs at work go on after the next start, and not a row is doubled', async () => {
  const { state, started } = up();
  expect(started).toBe(true);
  const body = JSON.stringify({ source: 'klines', from: '2024-01-01', to: '2024-04-01' });
  const made = await fetch(`http://127.0.0.1:${state.ports.jobs}/backfill`, { method: 'POST', body });
  const { id } = (await made.json()) as JobDetail;
  await until('the job has rows', async () => (await job(state, id)).rows_fetched > 0);
  process.kill(state.pid, 'SIGKILL');
  await until('the host is dead', () => !alive(state.pid));

  const again = up();
  expect(again.started).toBe(true);
  expect(again.state.pid).not.toBe(state.pid);
  const done = await ended(again.state, id);
  expect(done).toMatchObject({ status: 'succeeded', rows_fetched: 4 * 91 * 1_440 });
  const answer = await fetch(`http://127.0.0.1:${again.state.ports.jobs}/backfill/report`);
  const report = (await answer.json()) as { rows: number; gaps: unknown[] }[];
  expect(report.map((r) => [r.rows, r.gaps.length])).toEqual(Array(4).fill([131_040, 0]));
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
  expect(alive(server)).toBe(true);
  expect(JSON.parse(control('down()'))).toBe(true);
  expect([alive(state.pid), alive(server), alive(bystander.pid!)]).toEqual([false, false, true]);
  expect(JSON.parse(control('down()'))).toBe(false);
  bystander.kill();
});

/** PostgreSQL reports where its files are: the folder may lie elsewhere, where its user has access. */
function dataDirOf(state: HostState): string {
  const script = `import postgres from 'postgres'; const sql = postgres(${JSON.stringify(state.databaseUrl)});
    const [row] = await sql.unsafe('show data_directory'); console.log(row.data_directory); await sql.end();`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}
