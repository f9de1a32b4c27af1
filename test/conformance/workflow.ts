import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Workflow } from '../../functions/core/jobs/ports.ts';

export interface WorkflowUnderTest extends AsyncDisposable {
  /** calls the port, and lets everything happen that an answer takes */
  act<T>(call: (workflow: Workflow) => Promise<T>): Promise<T>;
  /** Lets the first state of all executions answer, or fail where there is something that no state foresees. */
  goOn(failing?: Error): Promise<void>;
  /** stops it as an operator does */
  stop(jobId: string): Promise<void>;
  /** functions that were called of jobs, with the one that was called */
  readonly calls: readonly (readonly [handler: string, jobId: string])[];
  /** as the executions' clock has it; epoch ms */
  now(): number;
}

const JOB = '01JD0000000000000000000001';
const OTHER = '01JD0000000000000000000002';

/** What everything does in which executions of jobs run. */
export function describeWorkflow(make: () => Promise<WorkflowUnderTest>): void {
  let at: WorkflowUnderTest;
  beforeEach(async () => {
    at = await make();
  });
  afterEach(() => at[Symbol.asyncDispose]());
  const start = (id: string) => at.act((workflow) => workflow.start(id));
  const look = (id: string) => at.act((workflow) => workflow.describe(id));
  /** The end of an execution is noted after its last function has answered. */
  const ended = async (id: string) => {
    await expect.poll(() => look(id), { interval: 5 }).toBeTypeOf('object');
    return look(id);
  };

  describe('executions of jobs', () => {
    it('are absent before they were started', async () => {
      await start(OTHER);
      expect([await look(JOB), await look(OTHER)]).toEqual(['absent', 'running']);
    });

    it('are running while a state is at work, however often they are started', async () => {
      await start(JOB);
      await start(JOB);
      expect(await look(JOB)).toBe('running');
      expect(at.calls).toEqual([['plan-wave', JOB]]);
    });

    it('have succeeded after their last state, and are not started again', async () => {
      const before = at.now();
      await start(JOB);
      await at.goOn();
      const end = await ended(JOB);
      expect(end).toMatchObject({ status: 'SUCCEEDED', endedAt: expect.any(Number) });
      expect((end as { endedAt: number }).endedAt).toBeGreaterThanOrEqual(before);
      expect((end as { endedAt: number }).endedAt).toBeLessThanOrEqual(at.now());
      await start(JOB);
      expect(await look(JOB)).toEqual(end);
      expect(at.calls.map(([handler]) => handler)).toEqual(['plan-wave', 'finalize-job']);
    });

    it('have failed after what no state foresaw, while others go on', async () => {
      await start(JOB);
      await at.goOn(new Error('unforeseen'));
      await start(OTHER);
      expect(await ended(JOB)).toMatchObject({
        status: 'FAILED',
        endedAt: expect.any(Number),
        // Of the last state: `fail-job` has noted and announced the end.
        error: 'JobFailed',
      });
      expect(await look(OTHER)).toBe('running');
    });

    it('are aborted once somebody has stopped them', async () => {
      await start(JOB);
      await at.stop(JOB);
      expect(await ended(JOB)).toMatchObject({ status: 'ABORTED', endedAt: expect.any(Number) });
      await at.goOn();
      expect(await look(JOB)).toMatchObject({ status: 'ABORTED' });
    });
  });
}

type Answer = (handler: string, jobId: string | undefined) => Promise<unknown>;

/** The functions of a machine whose first state waits until the test lets it answer. */
export function heldFunctions() {
  const calls: [string, string][] = [];
  const waiting: { answer: (value: unknown) => void; fail: (error: Error) => void; jobId: string }[] = [];
  const call: Answer = (handler, jobId) => {
    // What is called of events at the end of an execution is none of its states.
    if (handler === 'execution-stopped' || jobId === undefined) return Promise.resolve({});
    calls.push([handler, jobId]);
    if (handler !== 'plan-wave') return Promise.resolve({ jobId, status: 'succeeded', rows: 0, reason: '' });
    return new Promise((answer, fail) => waiting.push({ answer, fail, jobId }));
  };
  const goOn = (failing?: Error): void => {
    for (const { answer, fail, jobId } of waiting.splice(0)) {
      if (failing) fail(failing);
      else
        answer({
          jobId,
          wave: 1,
          next: 'finalize',
          nextWave: 2,
          previousMissing: 0,
          waitSeconds: 0,
          chunks: [],
        });
    }
  };
  return { calls, call, goOn };
}
