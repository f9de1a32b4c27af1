import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GordonError } from '../core/errors/errors.ts';
import type { Workflow } from '../core/jobs/ports.ts';
import type { ExecutionInput } from '../core/workflow/contracts.ts';

/** Starts executions in Step Functions; where that is, is the SDK's own environment (`AWS_ENDPOINT_URL_SFN`, region, …). */
export const createWorkflow = (stateMachineArn: string, client = new SFNClient({})): Workflow => ({
  async start(jobId) {
    const input: ExecutionInput = { jobId, nextWave: 1, previousMissing: -1 };
    // The name is the job's id: it shows in the console, and a second start of one job cannot make a second execution.
    const command = new StartExecutionCommand({ stateMachineArn, name: jobId, input: JSON.stringify(input) });
    try {
      await client.send(command);
    } catch (error) {
      if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return;
      throw new GordonError({
        code: 'workflow-unavailable',
        subject: `job ${jobId}`,
        message: 'its execution could not be started.',
        cause: error,
        status: 503,
      });
    }
  },
});
