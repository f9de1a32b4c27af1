/** The second half of a replay, in a network of its own: `trial.ts FILE`, with what `Trial` has. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { startCluster } from '../../host/cluster/index.ts';
import type { Settings } from './dockerfile.ts';
import { asUser, inRoot, type Surroundings } from './root.ts';
import type { Service } from './service.ts';

export interface Trial {
  /** where the image is mounted */
  readonly root: string;
  readonly work: string;
  readonly image: Settings;
  readonly service: Service;
}

const { root, work, image, service } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Trial;
const started = [...image.entrypoint, ...image.command];
const log = (line: string): void => void process.stdout.write(`${line}\n`);
const failed = (what: string): never => {
  throw new Error(`${what}\n${readFileSync(join(work, 'app.log'), 'utf8').slice(-4000)}`);
};

execFileSync('ip', ['link', 'set', 'lo', 'up']);
const database = new URL(service.env.GORDON_DATABASE_URL!);
// The names of the services, as the network of Compose has them.
writeFileSync(join(work, 'hosts'), `127.0.0.1 localhost ${database.hostname}\n`);

const cluster = await startCluster({
  dataDir: join(work, 'postgres'),
  port: Number(database.port),
  durable: false,
});
const venues = spawn(process.execPath, ['simulator/main.ts', '--cache-dir', join(work, 'venues')], {
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
try {
  await createDatabase(cluster.url('postgres'));
  const [line] = (await once(createInterface({ input: venues.stdout! }), 'line')) as [string];
  const { env } = JSON.parse(line) as { env: Record<string, string> };
  await tryContainer({ ...service.env, ...env });
} finally {
  venues.kill('SIGTERM');
  await cluster.stop();
  // Root's lies where the server's user may go.
  rmSync(cluster.dataDir, { recursive: true });
}

async function createDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const { username, password, pathname } = database;
  await sql.unsafe(`CREATE ROLE ${username} SUPERUSER LOGIN PASSWORD '${password}'`);
  await sql.unsafe(`CREATE DATABASE ${pathname.slice(1)} OWNER ${username}`);
  await sql.end();
}

async function tryContainer(env: Record<string, string>): Promise<void> {
  const volumes = service.volumes.map((path) => [volumeOf(path), path] as const);
  const around: Surroundings = {
    ...service,
    env,
    user: image.user,
    workdir: image.workdir,
    volumes: [...volumes, [join(work, 'hosts'), '/etc/hosts']],
  };
  refuseWithout('GORDON_API_TOKEN', around);
  const startedAt = performance.now();
  const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const [program, args, options] = inRoot(root, started, around, { isBuild: false });
  const output = join(work, 'app.log');
  writeFileSync(output, '');
  const app = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [app.stdout!, app.stderr!]) stream.on('data', (text) => appendFileSync(output, text));

  // Whatever fails below.
  process.on('exit', () => app.kill('SIGKILL'));
  while (!isHealthy(app, around)) {
    if (app.exitCode !== null) failed(`the container ended with ${app.exitCode}`);
    if (performance.now() - startedAt > 120_000) failed('the container was not healthy within two minutes');
    await sleep(250);
  }
  log(`healthy after ${seconds()}`);
  await order(`http://127.0.0.1:${service.port}`, env.GORDON_API_TOKEN!);
  log(`a job is done after ${seconds()}`);
  for (const line of processesOf(app)) log(line);
  const stoppedAt = performance.now();
  process.kill(Number(innerOf(app)), image.stopSignal as NodeJS.Signals);
  const late = setTimeout(() => app.kill('SIGKILL'), service.graceSeconds * 1000);
  const [code, signal] = (await once(app, 'exit')) as [number | null, string | null];
  clearTimeout(late);
  if (code !== 0) failed(`${image.stopSignal} ended it with ${code ?? signal}`);
  log(
    `stopped by ${image.stopSignal} in ${((performance.now() - stoppedAt) / 1000).toFixed(1)} s, with code 0`,
  );
}

/** Without a setting that it needs the container ends, and says which. */
function refuseWithout(name: string, around: Surroundings): void {
  const env = { ...around.env, [name]: '' };
  const [program, args, options] = inRoot(root, started, { ...around, env }, { isBuild: false });
  const { status, stderr, stdout } = spawnSync(program, args, {
    ...options,
    stdio: 'pipe',
    encoding: 'utf8',
    timeout: 60_000,
  });
  const said = `${stdout}${stderr}`;
  if (status === 0 || !said.includes(name))
    throw new Error(`without ${name} it ends with ${status}: ${said}`);
  log(`without ${name} it ends with ${status}, and names it`);
}

/** A named volume begins with the owner of the image's folder. */
function volumeOf(path: string): string {
  const folder = join(work, 'volumes', path);
  const { uid, gid, mode } = JSON.parse(
    execFileSync('stat', ['--format', '{"uid":%u,"gid":%g,"mode":"%a"}', join(root, path)], {
      encoding: 'utf8',
    }),
  ) as { uid: number; gid: number; mode: string };
  mkdirSync(folder, { recursive: true });
  chownSync(folder, uid, gid);
  execFileSync('chmod', [mode, folder]);
  return folder;
}

/** The process that is number 1 in the container; undefined: it has none yet, or has ended. */
function innerOf({ pid }: ChildProcess): string | undefined {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8').split(' ').find(Boolean);
}

/** The command of HEALTHCHECK, as an engine runs it: in the container, isolated as it is. */
function isHealthy(app: ChildProcess, around: Surroundings): boolean {
  const inner = innerOf(app);
  if (!inner) return false;
  const walls = ['--target', inner, '--mount', '--pid', '--root', ...asUser(around)];
  const { status } = spawnSync('nsenter', [...walls, ...image.healthcheck], {
    env: around.env,
    stdio: 'ignore',
    timeout: 5000,
  });
  return status === 0;
}

/** With the memory of each, in MB. */
function processesOf(app: ChildProcess): string[] {
  const inner = innerOf(app) ?? failed('the container has ended');
  const list = execFileSync('ps', ['-o', 'uid=,rss=,args=', '--ppid', inner, '--pid', inner], {
    encoding: 'utf8',
  });
  return list
    .trim()
    .split('\n')
    .map((line) => {
      const [uid, kilobytes, ...args] = line.trim().split(/\s+/);
      return `user ${uid}, ${Math.round(Number(kilobytes) / 1024)} MB: ${args.join(' ')}`;
    });
}

/** A stranger is refused, and a client with the token gets what it orders. */
async function order(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const stranger = await fetch(`${url}/healthz`);
  if (stranger.status !== 401) failed(`without the token the API answers ${stranger.status}`);
  const body = JSON.stringify({
    source: 'klines_spot',
    symbols: ['BTCUSDT'],
    from: '2025-01-01',
    to: '2025-01-03',
  });
  const posted = await fetch(`${url}/backfill`, { method: 'POST', headers, body });
  const { jobs, id } = (await posted.json()) as { jobs?: { id: string }[]; id?: string };
  const job = id ?? jobs?.[0]?.id ?? failed(`POST /backfill answers ${posted.status}`);
  for (;;) {
    const { status } = (await (await fetch(`${url}/backfill/jobs/${job}`, { headers })).json()) as {
      status: string;
    };
    if (status === 'succeeded') break;
    if (status !== 'pending' && status !== 'running' && status !== 'queued')
      failed(`the job ended as ${status}`);
    await sleep(100);
  }
  const rows = (await (
    await fetch(`${url}/data/spot_klines?symbol=BTCUSDT&from=2025-01-01&to=2025-01-03&limit=5000`, {
      headers,
    })
  ).json()) as { rows?: unknown[] } | unknown[];
  const count = Array.isArray(rows) ? rows.length : rows.rows?.length;
  if (count !== 2880) failed(`the warehouse has ${count} rows instead of 2,880`);
}
