import { StateMachine } from 'aws-local-stepfunctions';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { functions } from '../../functions/manifest.ts';
import { backfillDefinition, type Placeholders } from '../../statemachines/definition.ts';

/** The definition in the embedded host's interpreter, in a time that the test turns. */
const JOB = '01JD0000000000000000000000';
const states = functions.flatMap(({ state }) => state ?? []);
const planned = { jobId: JOB, wave: 1, nextWave: 2, previousMissing: 0, waitSeconds: 0, chunks: [] };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Runs a job that lacks nothing. @returns the states that were called, and how it ended */
function run(finalize: () => Promise<unknown>) {
  const values = Object.fromEntries(states.map((state) => [`${state}Function`, state]));
  const definition = backfillDefinition({ ChunkExecutionType: 'STANDARD', ...values } as Placeholders);
  const machine = new StateMachine(definition as never, { validationOptions: { checkArn: false } });
  const calls: string[] = [];
  const payloads: unknown[] = [];
  const answers: Record<string, () => Promise<unknown>> = {
    PlanWave: async () => ({ ...planned, next: 'finalize' }),
    FinalizeJob: finalize,
    FailJob: async () => ({ jobId: JOB, status: 'failed', rows: 0, reason: '' }),
  };
  const taskResourceLocalHandlers = Object.fromEntries(
    states.map((state) => [
      state,
      async ({ Payload }: { Payload: unknown }) => {
        calls.push(state);
        payloads.push(Payload);
        return { Payload: await answers[state]!() };
      },
    ]),
  );
  const input = { jobId: JOB, nextWave: 1, previousMissing: -1 };
  const { result } = machine.run(input, { overrides: { taskResourceLocalHandlers } } as never);
  const ended = result.then(
    () => 'succeeded',
    (error: Error) => error.name,
  );
  return { calls, payloads, ended };
}

const after = (seconds: number) => () =>
  new Promise((resolve) => {
    setTimeout(() => resolve({ jobId: JOB, status: 'succeeded', rows: 1, reason: '' }), seconds * 1_000);
  });

describe('FinalizeJob', () => {
  it('has minutes for years of candles', async () => {
    const { calls, ended } = run(after(14 * 60));
    await vi.advanceTimersByTimeAsync(15 * 60_000);
    expect(await ended).toBe('succeeded');
    expect(calls).toEqual(['PlanWave', 'FinalizeJob']);
  });

  it('that runs out of its time is called again, and at last its job ends as failed', async () => {
    const { calls, payloads, ended } = run(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(16 * 60_000);
    expect(calls).toEqual(['PlanWave', 'FinalizeJob', 'FinalizeJob']);
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect(await ended).toBe('ExecutionError');
    expect(calls).toEqual(['PlanWave', ...Array(5).fill('FinalizeJob'), 'FailJob']);
    expect(payloads.at(-1)).toMatchObject({ jobId: JOB, error: { Error: 'States.Timeout' } });
  });
});
