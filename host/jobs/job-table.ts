import { mkdirSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { tableDefinition } from '../../functions/stores/dynamodb/table.ts';
import { LOCAL_CLIENT } from '../local-aws.ts';
import { listen } from '../os/ports.ts';

export interface JobTableServer {
  /** for `AWS_ENDPOINT_URL_DYNAMODB` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Waits until no request is at work, including requests whose client has closed its connection: dynalite throws outside of any
 * call when its database is closed before such a request writes.
 */
function watchWork(server: Server): { idle(): Promise<void> } {
  const atWork = new Set<ServerResponse>();
  server.prependListener('request', (_request, response: ServerResponse) => {
    atWork.add(response);
    const end = response.end.bind(response);
    response.end = ((...given: Parameters<typeof end>) => {
      atWork.delete(response);
      return end(...given);
    }) as typeof response.end;
  });
  return {
    async idle() {
      for (const deadline = Date.now() + LONGEST_REQUEST; atWork.size > 0 && Date.now() < deadline; )
        await sleep(5);
    },
  };
}

/** ms; requests are short, but one whose body never arrives would never end */
const LONGEST_REQUEST = 2_000;

/**
 * A DynamoDB stand-in with the job table in it: for tests, and to read what an older version kept.
 * @param folder where it is kept; absent: in memory
 */
export async function startJobTable(table: string, folder?: string): Promise<JobTableServer> {
  if (folder) mkdirSync(folder, { recursive: true });
  const server = dynalite({ ...(folder && { path: folder }), createTableMs: 0 });
  const work = watchWork(server);
  const url = `http://127.0.0.1:${await listen(server)}`;
  const client = new DynamoDBClient({ endpoint: url, ...LOCAL_CLIENT });
  try {
    await client.send(new CreateTableCommand(tableDefinition(table)));
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: table });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
  } finally {
    client.destroy();
  }
  return {
    url,
    async close() {
      server.closeIdleConnections();
      await work.idle();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
