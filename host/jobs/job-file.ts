import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import type { OpenJobTable } from '../../functions/runtime/ports/job-table-ports.ts';
import { documentClient } from '../../functions/stores/dynamodb/dynamo.ts';
import { createClockChecks } from '../../functions/stores/sqlite/clock-checks.ts';
import { ItemFile } from '../../functions/stores/sqlite/item-file.ts';
import { createJobStore } from '../../functions/stores/sqlite/job-store.ts';
import { createLeases } from '../../functions/stores/sqlite/leases.ts';
import { createRateBudget, createRateWatch } from '../../functions/stores/sqlite/rate-budget.ts';
import { createScheduleRuns } from '../../functions/stores/sqlite/runs.ts';
import { createVenueErrors } from '../../functions/stores/sqlite/venue-errors.ts';
import { JOB_TABLE, LOCAL_CLIENT } from '../local-aws.ts';

/**
 * The job table of one machine, in a file of SQLite.
 * @param path `:memory:` keeps nothing
 * @param egress names the address that venues see
 */
export const jobFile =
  (path: string, egress: string): OpenJobTable =>
  ({ clock, sleep }) => {
    const file = new ItemFile(path, clock);
    const limits = { file, clock, egress };
    const budget = createRateBudget({ ...limits, sleep });
    return {
      makers: {
        jobs: () => createJobStore(file, clock),
        leases: () => createLeases(file, clock),
        rates: () => createRateWatch(limits),
        venueErrors: () => createVenueErrors(file),
        clockChecks: () => createClockChecks(file),
        runs: () => createScheduleRuns(file),
      },
      budget: () => budget,
      close: () => file.close(),
    };
  };

/**
 * Brings the job table of an older version, a folder of dynalite's, into the file, once. Both are there until the file has every
 * item; the folder is then kept under another name.
 * @returns how many items were carried over
 */
export async function carryOver(folder: string, path: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  mkdirSync(dirname(path), { recursive: true });
  // Only those who have such a folder need dynalite.
  const { startJobTable } = await import('./job-table.ts');
  const server = await startJobTable(JOB_TABLE, folder);
  const client = documentClient({ endpoint: server.url, ...LOCAL_CLIENT });
  const file = new ItemFile(path, Date.now);
  let items = 0;
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: JOB_TABLE })) {
      file.atomically('the jobs of the older version', () => {
        for (const item of Items) {
          const key = { pk: item.pk as string, sk: item.sk as string };
          // A start that was killed on its way here may have carried it over, and its job may have gone on since.
          if (!file.get(key)) file.put(key, item);
        }
      });
      items += Items.length;
    }
  } finally {
    file.close();
    client.destroy();
    await server.close();
  }
  renameSync(folder, `${folder}.carried-over`);
  return items;
}
