import { describe, expect, it } from 'vitest';
import { CHILD_SECONDS, EVENTS_AROUND, EVENTS_PER_WAVE } from '../../bench/scale/model/definition.ts';
import { QUOTAS } from '../../bench/scale/model/quotas.ts';
import { WAVE_BUDGET } from '../../functions/core/jobs/fetch-chunk.ts';
import { planSource } from '../../functions/core/ledger/plan.ts';
import { DAY, SECOND } from '../../functions/core/time/time.ts';
import { MAX_CHUNKS_PER_WAVE, PlanWaveOutput } from '../../functions/core/workflow/contracts.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';
import { definitionText } from '../../statemachines/definition.ts';

const CHUNKS = 10_000;
const JOB = '0'.repeat(26);
const MONTH = { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 0, 1) + 31 * DAY };

/** As many chunks as a job may have, each with a symbol as long as the API takes one. */
const chunks = Array.from({ length: CHUNKS }, (_, i) => {
  const symbol = String(i).padStart(60, 'X');
  return planSource(klines_spot, { source: klines_spot.id, symbol, timeframe: '1m' }, [MONTH])[0]!.chunk;
});
const waves = Array.from({ length: Math.ceil(CHUNKS / MAX_CHUNKS_PER_WAVE) }, (_, i) =>
  PlanWaveOutput.parse({
    jobId: JOB,
    wave: i + 1,
    nextWave: i + 2,
    previousMissing: (MONTH.end - MONTH.start) * CHUNKS,
    next: 'fetch',
    waitSeconds: 0,
    chunks: chunks.slice(i * MAX_CHUNKS_PER_WAVE, (i + 1) * MAX_CHUNKS_PER_WAVE),
  }),
);

describe('a job of 10,000 chunks', () => {
  it('has no state whose input or output is too large', () => {
    expect(waves.reduce((sum, wave) => sum + wave.chunks.length, 0)).toBe(CHUNKS);
    const largest = Math.max(...waves.map((wave) => Buffer.byteLength(JSON.stringify(wave))));
    expect(largest).toBeLessThan(QUOTAS.payload.value);
  });

  it('fits into the history of one execution, though every wave is repeated ten times', () => {
    const events = EVENTS_AROUND + 10 * waves.length * EVENTS_PER_WAVE;
    expect(events).toBeLessThan(QUOTAS.historyEvents.value);
  });

  describe('has children that end within an express execution', () => {
    const { FetchChunk, RecordChunkFailure } = itemStates();
    /** Seconds of all calls of a state, and of the pauses between them, where each of them fails so. */
    const longest = ({ TimeoutSeconds: call, Retry }: TaskState, error: string): number => {
      const rule = Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error))!;
      const pauses = Array.from(
        { length: rule.MaxAttempts },
        (_, n) => rule.IntervalSeconds * rule.BackoffRate ** n,
      );
      return (1 + pauses.length) * call + pauses.reduce((sum, pause) => sum + pause, 0);
    };

    it('where the last call that may begin takes all its time', () => {
      // Waits are whole seconds, and a call that waited begins up to one later.
      const begins = WAVE_BUDGET / SECOND + 1;
      expect(begins + FetchChunk.TimeoutSeconds).toBeLessThan(CHILD_SECONDS);
    });

    it('where every call runs out of its time, and that is noted', () => {
      for (const error of ['States.Timeout', 'Sandbox.Timedout']) {
        const fetching = longest(FetchChunk, error);
        expect(fetching).toBeGreaterThan(2 * FetchChunk.TimeoutSeconds);
        expect(fetching + RecordChunkFailure.TimeoutSeconds).toBeLessThan(CHILD_SECONDS);
      }
    });

    it('and are express ones: a placeholder that only other engines fill otherwise', () => {
      expect(definitionText()).toMatch(/"ExecutionType": "\$\{ChunkExecutionType\}"/);
    });
  });
});

interface TaskState {
  readonly TimeoutSeconds: number;
  readonly Retry: readonly {
    readonly ErrorEquals: readonly string[];
    readonly IntervalSeconds: number;
    readonly BackoffRate: number;
    readonly MaxAttempts: number;
  }[];
}

function itemStates(): { readonly FetchChunk: TaskState; readonly RecordChunkFailure: TaskState } {
  return JSON.parse(definitionText()).States.FetchChunks.ItemProcessor.States;
}
