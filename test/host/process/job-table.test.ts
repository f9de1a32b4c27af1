import { setImmediate as turn } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { LOCAL_AWS, startJobTable } from '../../../host/job-table.ts';

/** Vitest fails the run for what is thrown from under everybody. */
it('is closed under writers that went away in the middle, and nothing is thrown', async () => {
  for (let round = 0; round < 10; round++) {
    const table = await startJobTable('jobs');
    const client = new DynamoDBClient({
      endpoint: table.url,
      region: LOCAL_AWS.AWS_REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const documents = DynamoDBDocumentClient.from(client);
    const writes = Array.from({ length: 20 }, (_, i) =>
      documents.send(
        new UpdateCommand({
          TableName: 'jobs',
          Key: { pk: 'JOB#1', sk: `CHUNK#${i}` },
          UpdateExpression: 'SET wave = :one',
          ExpressionAttributeValues: { ':one': 1 },
        }),
      ),
    );
    const settled = Promise.allSettled(writes);
    // The client goes away after a different number of answers in each round.
    await Promise.all(writes.slice(0, round * 2));
    client.destroy();
    await table.close();
    await settled;
    await expect(fetch(table.url)).rejects.toThrow();
  }
  // What the closed table had queued runs in the next turns of the event loop.
  for (let i = 0; i < 100; i++) await turn();
});
