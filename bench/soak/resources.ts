import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../../functions/core/time/time.ts';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { type Cluster, startCluster } from '../../host/cluster/index.ts';
import { type Around, type Host, startHost } from '../../host/host.ts';
import { startJobTable } from '../../host/jobs/job-table.ts';
import { startVenues, type Venues } from '../../simulator/index.ts';
import { startTableProxy, type TableProxy } from '../../test/helpers/faults/table-proxy.ts';
import { startWire, type Wire } from '../../test/helpers/faults/wire.ts';

/** The whole program on a simulated clock, with control over everything that it depends on. */
export interface Resources {
  host: Host;
  cluster: Cluster;
  readonly venues: Venues;
  readonly table: TableProxy;
  readonly wire: Wire;
  readonly sql: Sql;
  /** epoch ms of the simulated clock, which the venues keep */
  now(): number;
  /** what the machine's clock is ahead of the simulated one, and the host's ahead of the venues'; ms */
  readonly clock: { ahead: number; skew: number };
  /** wraps each call of a function by the state machine */
  around: Around | undefined;
  restartHost(): Promise<void>;
  restartDatabase(): Promise<void>;
  /** waits until no execution of these jobs is left */
  settled(jobs: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Four attempts of a state outlast the recovery of a killed database. */
const RETRY_MS = 700;
const DATABASE = 'gordon';

/** @param start where the simulated clock begins; epoch ms */
export async function startResources(folder: string, seed: number, start: number): Promise<Resources> {
  const dataDir = join(folder, 'postgres');
  const clock = { ahead: start - Date.now(), skew: 0 };
  const now = (): number => Date.now() + clock.ahead;
  const [cluster, jobTable, wire, venues] = await Promise.all([
    startCluster({ dataDir, durable: false }),
    startJobTable('gordon-jobs'),
    startWire(),
    startVenues({ seed, clock: now }),
  ]);
  const admin = connect(cluster.url('postgres'), { max: 1 });
  await admin`create database ${admin(DATABASE)}`;
  await admin.end();
  const table = await startTableProxy(jobTable.url);
  const sql = connect(cluster.url(DATABASE), { application: 'soak', max: 2 });

  const around: Around = async (handler, event, invoke) => {
    const answer = (await (resources.around ?? plain)(handler, event, invoke)) as { waitSeconds?: number };
    if (!answer?.waitSeconds) return answer;
    // A wait moves the simulated clock and takes no real time.
    clock.ahead += answer.waitSeconds * SECOND;
    return { ...answer, waitSeconds: 0 };
  };
  const start_ = (): Promise<Host> =>
    startHost({
      folder: join(folder, 'host'),
      ports: { jobs: 0, candles: 0, database: 0 },
      simulated: false,
      durable: false,
      databaseUrl: wire.url(cluster.url(DATABASE)),
      clock: () => now() + clock.skew,
      env: { ...venues.env, AWS_ENDPOINT_URL_DYNAMODB: table.url },
      rehearsal: { around, retryMs: RETRY_MS, patience: { firstByteMs: SECOND, stallMs: SECOND } },
    });

  const resources: Resources = {
    host: await start_(),
    cluster,
    venues,
    table,
    wire,
    sql,
    now,
    clock,
    around: undefined,
    async restartHost() {
      await resources.host.close();
      resources.host = await start_();
    },
    async restartDatabase() {
      const { port } = resources.cluster;
      resources.cluster = await startCluster({ dataDir, durable: false, port });
    },
    async settled(jobs) {
      for (const id of jobs) while (await isExecuted(resources.host, id)) await sleep(100);
    },
    async close() {
      await resources.host.close();
      await sql.end({ timeout: 5 });
      await Promise.all([venues.close(), table.close(), wire.close()]);
      await jobTable.close();
      await resources.cluster.stop();
    },
  };
  return resources;
}

const plain: Around = (_handler, event, invoke) => invoke(event);

async function isExecuted({ env }: Host, jobId: string): Promise<boolean> {
  const executionArn = `${env.GORDON_STATE_MACHINE_ARN!.replace(':stateMachine:', ':execution:')}:${jobId}`;
  const answer = await fetch(env.AWS_ENDPOINT_URL_SFN!, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSStepFunctions.DescribeExecution' },
    body: JSON.stringify({ executionArn }),
  });
  return ((await answer.json()) as { status?: string }).status === 'RUNNING';
}
