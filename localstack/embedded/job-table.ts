import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { tableDefinition } from '../../functions/stores/jobs/table.ts';

export interface JobTableServer {
  /** for `AWS_ENDPOINT_URL_DYNAMODB` */
  readonly url: string;
  close(): Promise<void>;
}

export const LOCAL_AWS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
} as const;

/** A DynamoDB stand-in with the job table in it. @param folder where it is kept; absent: in memory */
export async function startJobTable(table: string, folder?: string): Promise<JobTableServer> {
  if (folder) mkdirSync(folder, { recursive: true });
  const server = dynalite({ ...(folder && { path: folder }), createTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    ...{ endpoint: url, region: LOCAL_AWS.AWS_REGION },
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
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
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
