import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/core/time/time.ts';
import { documentClient } from '../../../functions/stores/dynamodb/dynamo.ts';
import { createJobStore } from '../../../functions/stores/dynamodb/job-store.ts';
import { createScheduleRuns } from '../../../functions/stores/dynamodb/runs.ts';
import { carryOver, jobFile } from '../../../host/jobs/job-file.ts';
import { startJobTable } from '../../../host/jobs/job-table.ts';
import { JOB_TABLE, LOCAL_CLIENT } from '../../../host/local-aws.ts';
import { order, planned } from '../../conformance/job-store.ts';

describe('the job table of an older version', () => {
  it('is carried over once, and what goes on in the new one stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gordon-carry-'));
    const [old, path] = [join(folder, 'jobs'), join(folder, 'jobs.db')];
    const now = Math.floor(Date.now() / SECOND) * SECOND;
    const clock = () => now;
    const server = await startJobTable(JOB_TABLE, old);
    const client = documentClient({ endpoint: server.url, ...LOCAL_CLIENT });
    const table = { client, table: JOB_TABLE, clock };
    const before = createJobStore(table);
    const { job } = await before.create(order, { key: 'k', digest: 'd' }, 'one');
    await before.plan(job.id, 1, [planned('a'), planned('b')]);
    await before.checkpoint(job.id, 'a', { state: 'running', leftMs: 5, rows: 7, requests: 2 });
    const running = await before.start(job.id, 1, 'counting rows');
    const chunks = await before.chunks(job.id);
    await createScheduleRuns(table).note('refresh', { at: clock(), seconds: 1, ok: true, detail: 'none' });
    client.destroy();
    await server.close();

    expect(await carryOver(old, path)).toBe(6);
    const open = () => jobFile(path, 'default')({ clock, sleep: async () => {} });
    const after = open();
    const jobs = after.makers.jobs();
    expect([await jobs.get(job.id), await jobs.chunks(job.id)]).toEqual([running, chunks]);
    expect(await after.makers.runs()?.last('refresh')).toMatchObject({ detail: 'none' });
    expect((await jobs.create(order, { key: 'k', digest: 'd' })).job.id).toBe(job.id);
    expect((await jobs.create(order, undefined, 'one')).joined).toBe(true);
    const finished = await jobs.finish(job.id, { status: 'succeeded', rows: 7 });
    after.close();

    // A start that was killed between the last item and the new name of the folder.
    renameSync(`${old}.carried-over`, old);
    expect(await carryOver(old, path)).toBe(6);
    expect(await carryOver(old, path)).toBe(0);
    const again = open();
    expect(await again.makers.jobs().get(job.id)).toEqual(finished);
    again.close();
    rmSync(folder, { recursive: true });
  });
});

/** Vitest fails the run for what is thrown from under everybody. */
it('is closed under writers that went away in the middle, and nothing is thrown', async () => {
  for (let round = 0; round < 10; round++) {
    const table = await startJobTable('jobs');
    const client = new DynamoDBClient({ endpoint: table.url, ...LOCAL_CLIENT });
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
