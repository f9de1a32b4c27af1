import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GordonError } from '../core/errors/errors.ts';
import type { EndedExecution, Workflow } from '../core/jobs/ports.ts';
import type { ExecutionInput } from '../core/workflow/contracts.ts';

/** What else Step Functions says of an execution means that it is at work. */
const ENDED: readonly string[] = [
  'SUCCEEDED',
  'ABORTED',
  'FAILED',
  'TIMED_OUT',
] satisfies EndedExecution['status'][];

/** Executions in Step Functions; where that is, is the SDK's own environment (`AWS_ENDPOINT_URL_SFN`, region, …). */
export const createWorkflow = (stateMachineArn: string, client = new SFNClient({})): Workflow => ({
  async start(jobId) {
    const input: ExecutionInput = { jobId, nextWave: 1, previousMissing: -1 };
    // The name is the job's id: it shows in the console, and a second start of one job cannot make a second execution.
    const command = new StartExecutionCommand({ stateMachineArn, name: jobId, input: JSON.stringify(input) });
    try {
      await client.send(command);
    } catch (error) {
      if (nameOf(error) === 'ExecutionAlreadyExists') return;
      throw unavailable(jobId, 'its execution could not be started.', error);
    }
  },

  async describe(jobId) {
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${jobId}`;
    try {
      const { status, stopDate, cause, error } = await client.send(
        new DescribeExecutionCommand({ executionArn }),
      );
      if (status === undefined || !ENDED.includes(status)) return 'running';
      return {
        status: status as EndedExecution['status'],
        endedAt: stopDate?.getTime() ?? 0,
        error,
        cause: cause ?? error,
      };
    } catch (error) {
      if (nameOf(error) === 'ExecutionDoesNotExist') return 'absent';
      throw unavailable(jobId, 'its execution could not be looked up.', error);
    }
  },
});

const nameOf = (error: unknown): string | undefined => (error instanceof Error ? error.name : undefined);

const unavailable = (jobId: string, message: string, cause: unknown): GordonError =>
  new GordonError({ code: 'workflow-unavailable', subject: `job ${jobId}`, message, cause, status: 503 });
