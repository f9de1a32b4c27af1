import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleRequests } from '../../../functions/core/queries/sample-requests.ts';
import { sources } from '../../../functions/sources/index.ts';
import { connect } from '../../../functions/stores/postgres/postgres.ts';
import { type Cluster, startCluster } from '../../../host/cluster/index.ts';
import { ENGINE, type FakeDocker, fakeDocker } from '../../helpers/fake-docker.ts';
import { removeCluster } from '../../helpers/remove-cluster.ts';

/** The command line as a user has it, beside a Docker whose service `postgres` is a server of ours. No venue is there. */
const folder = mkdtempSync(join(tmpdir(), 'gordon-docker-host-'));
const nowhere = Object.values(sources)
  .flatMap(sampleRequests)
  .map(({ host }) => [host.env, 'http://127.0.0.1:1']);
let cluster: Cluster;
let docker: FakeDocker;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function gordon(args: readonly string[], over: NodeJS.ProcessEnv = {}): Ran {
  const env = { ...process.env, ...Object.fromEntries(nowhere), GORDON_DIR: folder, ...over };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/gordon-data.ts', ...args], {
    encoding: 'utf8',
    env: {
      ...env,
      GORDON_JOBS_PORT: '0',
      GORDON_CANDLES_PORT: '0',
      // Nothing else than the fake: a Docker of this machine must stay out of it.
      PATH: `${docker.path}:/usr/bin:/bin`,
    },
  });
  return { code: status, stdout, stderr };
}

const composed = (): string[] =>
  docker.calls().flatMap((call) => /docker compose (?!version)(\S+)/.exec(call)?.[1] ?? []);

beforeAll(async () => {
  cluster = await startCluster({ dataDir: join(folder, 'container'), durable: false });
  const sql = connect(cluster.url('postgres'), { max: 1 });
  await sql.unsafe(`create role gordon superuser login password 'gordon'`);
  await sql.unsafe('create database gordon owner gordon');
  await sql.end();
  docker = fakeDocker({ ...ENGINE, 'compose port': { stdout: `127.0.0.1:${cluster.port}\n` } });
});

afterAll(async () => {
  gordon(['down']);
  await removeCluster(join(folder, 'container'));
  docker[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('up starts the service, fills its database and says why; the reader can read there', () => {
  const ran = gordon(['up']);
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toContain('data in:     TimescaleDB in Docker: Docker 27.3.1 answers\n');
  expect(ran.stdout).toContain(`postgres://gordon_reader:reader@127.0.0.1:${cluster.port}/gordon`);
  expect(composed()).toEqual(['ps', 'up', 'port']);
  expect(existsSync(join(folder, 'live', 'postgres'))).toBe(false);
  const read = gordon(['sql', '--csv', 'select current_user, current_database(), count(*) from spot_klines']);
  expect(read.stdout).toContain('gordon_reader,gordon,0');
  expect(gordon(['status']).stdout).toContain('data in:     TimescaleDB in Docker: Docker 27.3.1 answers\n');
});

it('a seed without a way to the venues names each host once, and ends with nothing ordered', () => {
  const ran = gordon(['seed', '--skip', 'gex']);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  const lines = ran.stderr.trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringMatching(
      /^gordon-data: 127\.0\.0\.1:1 can't be reached: .*; needed by klines_spot, klines_perp, .*/,
    ),
    expect.stringMatching(/^gordon-data: no venue can be reached, and nothing was ordered\. .*`make demo`/),
  ]);
  expect(lines[0]).not.toMatch(/gex_deribit|macro_fred/);
  expect(gordon(['backfill', 'jobs', '--all']).stdout).toMatch(/^No job yet/);
});

it('down stops what up started, once', () => {
  expect(gordon(['down'])).toMatchObject({ code: 0, stdout: 'gordon-data is down; its data are kept\n' });
  expect(composed()).toEqual(['ps', 'up', 'port', 'stop']);
  expect(gordon(['down'])).toMatchObject({ code: 0, stdout: 'nothing ran\n' });
  expect(composed()).toEqual(['ps', 'up', 'port', 'stop']);
});

it('without the engine the data of before are not replaced by an empty database', () => {
  docker.answer({ info: { code: 1 } });
  const ran = gordon(['up']);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toMatch(
    /^gordon-data: .*the data lie in Docker's database, and no Docker engine answers\. Start Docker, or set GORDON_DATABASE=embedded.*\n$/,
  );
});

it('a port that somebody else has is named with its remedy, and a wish that cannot be is bad input', () => {
  const taken = 'Bind for 127.0.0.1:5432 failed: port is already allocated';
  docker.answer({ ...ENGINE, 'compose up': { code: 1, stderr: `${taken}\n` } });
  const ran = gordon(['up']);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/^gordon-data: port 5432: .* uses it.*GORDON_PG_PORT=5442/m);
  docker.answer({});
  const wrong = gordon(['up'], { GORDON_DATABASE: 'podman' });
  expect([wrong.code, wrong.stderr.split('\n').length]).toEqual([2, 2]);
});

it('what somebody else started is not stopped', () => {
  docker.answer({ ...ENGINE, 'compose ps': { stdout: '4711\n' }, 'compose up': { code: 1, stderr: 'no\n' } });
  rmSync(join(folder, 'live', 'docker.json'));
  expect(gordon(['up']).code).toBe(1);
  expect(JSON.parse(readFileSync(join(folder, 'live', 'docker.json'), 'utf8'))).toMatchObject({
    started: false,
  });
  const before = composed().length;
  expect(gordon(['down']).stdout).toBe('nothing ran\n');
  expect(composed()).toHaveLength(before);
});
