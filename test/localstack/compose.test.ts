import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

/** A service of compose.yaml. */
interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
}

const FILE = new URL('../../compose.yaml', import.meta.url);

/** What the runbook's `docker compose exec postgres psql -U gordon -d gordon` needs. */
function expectRunbook({ services, volumes }: Compose): void {
  const { postgres, ...others } = services;
  expect(postgres!.image).toMatch(/^timescale\/timescaledb:\d+\.\d+\.\d+-pg\d+$/);
  expect(postgres!.profiles).toBeUndefined();
  expect(postgres!.environment).toEqual({
    POSTGRES_USER: 'gordon',
    POSTGRES_PASSWORD: 'gordon',
    POSTGRES_DB: 'gordon',
    TIMESCALEDB_TELEMETRY: 'off',
  });
  // Not by the socket: there a new volume's temporary server answers too.
  expect(postgres!.healthcheck!.test.join(' ')).toBe('CMD pg_isready -h 127.0.0.1 -U gordon -d gordon');
  expect(postgres!.volumes[0]).toMatch(/^warehouse:\/var\/lib\/postgresql\/data/);
  expect(Object.keys(volumes).sort()).toEqual(['grafana', 'state', 'warehouse']);
  expect(Object.keys(others).sort()).toEqual(['app', 'grafana', 'grafana-login', 'localstack']);
  for (const { profiles } of Object.values(others)) expect(profiles).toHaveLength(1);
  for (const { ports = [] } of Object.values(services).filter((one) => one.ports))
    expect(ports.join()).toMatch(/^127\.0\.0\.1:[^,]+$/);
}

it('has the service of the runbook, and all else behind profiles', () => {
  expectRunbook(parse(readFileSync(FILE, 'utf8')) as Compose);
});

it('is what docker-compose accepts, and its port is ours to choose', (test) => {
  const ran = spawnSync('docker-compose', ['-f', FILE.pathname, 'config'], {
    env: { ...process.env, GORDON_PG_PORT: '5499' },
    encoding: 'utf8',
  });
  if (ran.error) return test.skip('there is no docker-compose here: apt-get install docker-compose');
  expect(ran.stderr).toBe('');
  expect(ran.status).toBe(0);
  const compose = parse(ran.stdout) as Compose;
  expectRunbook(compose);
  expect(compose.services.postgres!.ports).toEqual(['127.0.0.1:5499:5432/tcp']);
});
