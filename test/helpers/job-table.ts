import { documentClient } from '../../functions/stores/dynamodb/dynamo.ts';
import type { JobTable } from '../../functions/stores/dynamodb/table.ts';
import { startJobTable } from '../../host/jobs/job-table.ts';
import { LOCAL_CLIENT } from '../../host/local-aws.ts';

export interface TestJobTable extends JobTable {
  /** the time that `clock` returns; tests set it */
  now: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A job table in memory with a clock that stands still. */
export async function createTestJobTable(now = Date.UTC(2025, 5, 1)): Promise<TestJobTable> {
  const server = await startJobTable('jobs');
  const client = documentClient({ endpoint: server.url, ...LOCAL_CLIENT });
  const table: TestJobTable = {
    client,
    table: 'jobs',
    now,
    clock: () => table.now,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
    },
  };
  return table;
}
