import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { startHost } from '../../host/host.ts';
import { startVenues } from '../../simulator/index.ts';
import { createTestDatabase } from '../helpers/database.ts';
import { conformance } from './conformance.ts';
import type { HostFacts } from './host-under-test.ts';

conformance('the embedded host', { start, startMs: 180_000, testMs: 120_000, refreshMs: 120_000 });

/** So far beyond the months of the suite that their files are published: what the schedule refreshes is days, not years. */
const BEGIN = Date.UTC(2025, 2, 20);

async function start(): Promise<HostFacts> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-conformance-'));
  const database = await createTestDatabase();
  const ahead = BEGIN - Date.now();
  const clock = () => Date.now() + ahead;
  const venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues'), clock });
  const host = await startHost({
    folder,
    ports: { jobs: 0, candles: 0, database: 0 },
    databaseUrl: database.url,
    simulated: false,
    durable: false,
    env: venues.env,
    clock,
    schedules: 'all',
    rehearsal: { everySeconds: 5, retryMs: 200 },
  });
  const { AWS_ENDPOINT_URL_SFN, AWS_REGION, GORDON_STATE_MACHINE_ARN } = host.env as Record<string, string>;
  const stepFunctions = new SFNClient({
    endpoint: AWS_ENDPOINT_URL_SFN!,
    region: AWS_REGION!,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    fetch: (path, init) => fetch(`http://127.0.0.1:${host.ports.jobs}${path}`, init),
    stepFunctions,
    stateMachineArn: GORDON_STATE_MACHINE_ARN!,
    sql: database.connect(),
    venuesUrl: venues.url,
    simulated: false,
    clock,
    pollMs: 50,
    async close() {
      stepFunctions.destroy();
      await host.close();
      await venues.close();
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
