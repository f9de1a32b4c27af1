import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import { createWorkflow } from '../../../functions/runtime/workflow.ts';
import { LOCAL_CLIENT } from '../../../host/local-aws.ts';
import { startStepFunctions } from '../../../host/step-functions.ts';

const JOB = '01JD0000000000000000000001';
const CHUNKS = ['bad', 'good', 'late'];

it('a chunk that could not even note its failure leaves its siblings and the job at work, as on AWS', async () => {
  const calls: string[] = [];
  const badFailed = Promise.withResolvers<void>();
  const answer = async (handler: string, event: { wave: number; chunk?: { label: string } }) => {
    const label = event.chunk?.label;
    calls.push(label ? `${handler} ${label}` : `${handler} ${event.wave}`);
    switch (handler) {
      case 'plan-wave': {
        const chunks = event.wave === 1 ? CHUNKS.map((one) => ({ label: one })) : [];
        const next = chunks.length > 0 ? 'fetch' : 'finalize';
        return { jobId: JOB, wave: event.wave, nextWave: event.wave + 1, previousMissing: 1, next, chunks };
      }
      case 'fetch-chunk':
        if (label === 'bad') throw Object.assign(new Error('no'), { name: 'PermanentError' });
        if (label === 'late') await badFailed.promise;
        return { outcome: 'done', since: 0, withoutArchive: false, waitSeconds: 0, rows: 1, leftMs: 0 };
      case 'record-chunk-failure':
        setImmediate(badFailed.resolve);
        throw Object.assign(new Error('no table'), { name: 'PermanentError' });
      default:
        return { jobId: JOB, status: 'succeeded', rows: 2, reason: '' };
    }
  };
  const engine = await startStepFunctions((handler, event) => answer(handler, event as never), 0);
  const client = new SFNClient({ ...LOCAL_CLIENT, endpoint: engine.url });
  try {
    const workflow = createWorkflow(engine.stateMachineArn, client);
    await workflow.start(JOB);
    await expect.poll(() => workflow.describe(JOB), { interval: 5 }).toMatchObject({ status: 'SUCCEEDED' });
  } finally {
    await engine.close();
    client.destroy();
  }
  expect(calls.toSorted()).toEqual([
    'fetch-chunk bad',
    'fetch-chunk good',
    'fetch-chunk late',
    'finalize-job 2',
    'plan-wave 1',
    'plan-wave 2',
    'record-chunk-failure bad',
  ]);
});
