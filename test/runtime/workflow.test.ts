import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createWorkflow } from '../../functions/runtime/workflow.ts';
import { LOCAL_CLIENT } from '../../host/local-aws.ts';
import { startStepFunctions } from '../../host/step-functions.ts';
import { describeWorkflow, heldFunctions } from '../conformance/workflow.ts';

describe('in front of the state machine of a host', () =>
  describeWorkflow(async () => {
    const { calls, call, goOn } = heldFunctions();
    const engine = await startStepFunctions(
      (handler, event) => call(handler, (event as { jobId?: string }).jobId),
      0,
    );
    const client = new SFNClient({ ...LOCAL_CLIENT, endpoint: engine.url });
    const workflow = createWorkflow(engine.stateMachineArn, client);
    return {
      act: (send) => send(workflow),
      goOn: async (failing) => goOn(failing),
      async stop(jobId) {
        const executionArn = `${engine.stateMachineArn.replace(':stateMachine:', ':execution:')}:${jobId}`;
        await client.send(new StopExecutionCommand({ executionArn, cause: 'by hand' }));
      },
      calls,
      now: Date.now,
      async [Symbol.asyncDispose]() {
        goOn();
        await engine.close();
        client.destroy();
      },
    };
  }));

describe('in front of Step Functions', () => {
  const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:GordonData-backfill';
  /** A client with one answer. */
  const answering = (answer: object) => {
    const sent: unknown[] = [];
    const send = async ({ input }: { readonly input: unknown }) => {
      sent.push(input);
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { sent, workflow: createWorkflow(MACHINE, { send } as never) };
  };

  it('looks an execution up by the name of its machine and the id of the job', async () => {
    const { sent, workflow } = answering({ status: 'RUNNING' });
    expect(await workflow.describe('01JD')).toBe('running');
    expect(sent).toEqual([
      { executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:GordonData-backfill:01JD' },
    ]);
  });

  it.each(['ABORTED', 'FAILED', 'TIMED_OUT', 'SUCCEEDED'])(
    'knows an execution that ended as %s',
    async (status) => {
      const { workflow } = answering({ status, stopDate: new Date(5_000), cause: 'why' });
      expect(await workflow.describe('01JD')).toEqual({ status, endedAt: 5_000, cause: 'why' });
    },
  );

  it('says the error of an end that has no cause', async () => {
    const { workflow } = answering({
      status: 'TIMED_OUT',
      stopDate: new Date(5_000),
      error: 'States.Timeout',
    });
    expect(await workflow.describe('01JD')).toMatchObject({
      error: 'States.Timeout',
      cause: 'States.Timeout',
    });
  });

  it('takes what is about to be started again for one at work', async () => {
    expect(await answering({ status: 'PENDING_REDRIVE' }).workflow.describe('01JD')).toBe('running');
  });

  it('says that it could not look, where Step Functions does not answer', async () => {
    const { workflow } = answering(
      Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }),
    );
    await expect(workflow.describe('01JD')).rejects.toMatchObject({
      code: 'workflow-unavailable',
      message: expect.stringContaining('could not be looked up'),
    });
  });
});
