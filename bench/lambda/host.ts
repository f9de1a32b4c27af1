import { join } from 'node:path';
import { type Host, type HostOptions, startHost } from '../../host/host.ts';
import { startJobTable } from '../../host/jobs/job-table.ts';
import { JOB_TABLE } from '../../host/local-aws.ts';

/**
 * Runs the work on a host whose functions may run in processes of their own: they reach a job table of AWS by the network, where that of
 * a host lies in a file of its process.
 * @param folder of this run
 * @param more options of the host; its venues are simulated by default
 */
export async function withHost(
  folder: string,
  work: (host: Host) => Promise<void>,
  more: Partial<HostOptions> = {},
): Promise<void> {
  const ports = { jobs: 0, candles: 0, database: 0 };
  const jobTable = await startJobTable(JOB_TABLE);
  const env = { ...more.env, AWS_ENDPOINT_URL_DYNAMODB: jobTable.url };
  try {
    const host = await startHost({ folder: join(folder, 'host'), ports, simulated: true, ...more, env });
    try {
      await work(host);
    } finally {
      await host.close();
    }
  } finally {
    await jobTable.close();
  }
}
