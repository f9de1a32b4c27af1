import { describe, expect, it } from 'vitest';
import { CHILD_SECONDS, EVENTS_AROUND, EVENTS_PER_WAVE } from '../../bench/scale/model/definition.ts';
import { QUOTAS } from '../../bench/scale/model/quotas.ts';
import { planSource } from '../../functions/core/ledger/plan.ts';
import { DAY } from '../../functions/core/time/time.ts';
import { MAX_CHUNKS_PER_WAVE, PlanWaveOutput } from '../../functions/core/workflow/contracts.ts';
import { functions } from '../../functions/manifest.ts';
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

  it('has children that end within an express execution, also where a call takes all its time', () => {
    const states = functions.filter(({ state }) => state === 'FetchChunk' || state === 'RecordChunkFailure');
    expect(states).toHaveLength(2);
    const seconds = states.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0);
    expect(seconds).toBeLessThan(CHILD_SECONDS);
    // The children are express ones on AWS: a placeholder that only the embedded host fills otherwise.
    expect(definitionText()).toMatch(/"ExecutionType": "\$\{ChunkExecutionType\}"/);
  });
});
