import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { usageOfJob } from '../../functions/core/costs/usage.ts';
import { planChunks } from '../../functions/core/ledger/plan.ts';
import type { Source } from '../../functions/core/series/source.ts';
import { periodAt } from '../../functions/core/time/period.ts';
import { ExecutionInput, MAX_CHUNKS_PER_WAVE } from '../../functions/core/workflow/contracts.ts';
import { functions } from '../../functions/manifest.ts';
import { sources } from '../../functions/sources/index.ts';
import { backfillDefinition, type Placeholders } from '../../statemachines/definition.ts';

/**
 * What the state machine itself does for a job. STANDARD is billed by transition, an execution ends at 25,000 events, and
 * a payload at 256 KiB. When a number grows on purpose, change `usageOfJob` with it, which quotes and the cost report
 * are made of; a map item that grew takes from the 500 that fit a wave.
 */
const PAYLOAD_LIMIT = 256 * 1_024;
const JOB = '01JD0000000000000000000000';

interface Entered {
  readonly type: string;
  readonly state?: { readonly name: string };
}

/** Runs the definition with functions that find so many chunks in each wave. @returns names of the states entered */
async function statesOf(waves: readonly number[]): Promise<{ entered: string[]; calls: string[] }> {
  const states = functions.flatMap(({ state }) => state ?? []);
  const values = Object.fromEntries(states.map((state) => [`${state}Function`, state]));
  const definition = backfillDefinition({ ChunkExecutionType: 'STANDARD', ...values } as Placeholders);
  const calls: string[] = [];
  const answers: Record<string, (payload: { wave: number }) => unknown> = {
    PlanWave: ({ wave }) => planned(wave, chunksOf(waves[wave - 1] ?? 0)),
    FetchChunk: () => ({
      outcome: 'done',
      since: 1,
      withoutArchive: false,
      waitSeconds: 0,
      rows: 44_640,
      leftMs: 0,
    }),
    FinalizeJob: () => ({ jobId: JOB, status: 'succeeded', rows: 1, reason: '' }),
  };
  const taskResourceLocalHandlers = Object.fromEntries(
    states.map((state) => [
      state,
      async ({ Payload }: { Payload: { wave: number } }) => {
        calls.push(state);
        return { Payload: answers[state]!(Payload) };
      },
    ]),
  );
  const machine = new StateMachine(definition as never, { validationOptions: { checkArn: false } });
  const input = ExecutionInput.parse({ jobId: JOB, nextWave: 1, previousMissing: -1 });
  const run = machine.run(input, { overrides: { taskResourceLocalHandlers } } as never);
  const entered: string[] = [];
  for await (const event of run.eventLogs as AsyncIterable<Entered>) {
    if (event.type === 'StateEntered') entered.push(event.state!.name);
  }
  await run.result;
  return { entered, calls };
}

const planned = (wave: number, chunks: readonly object[]) => ({
  jobId: JOB,
  wave,
  nextWave: wave + 1,
  previousMissing: chunks.length,
  waitSeconds: 0,
  chunks,
  next: chunks.length > 0 ? 'fetch' : 'finalize',
});

/** Chunks with the longest names that an order can make. */
function chunksOf(count: number) {
  const all = Object.values(sources as Record<string, Source>);
  const longest = all.toSorted((a, b) => b.id.length - a.id.length)[0]!;
  const series = { source: longest.id, symbol: 'X'.repeat(30), timeframe: '15m' as const };
  const { start } = periodAt('day', Date.UTC(2020, 0));
  const chunks = planChunks(series, [{ start, end: start + count * 86_400_000 }], 'day');
  return chunks.map(({ chunk }) => chunk);
}

const bytesOf = (payload: unknown): number => Buffer.byteLength(JSON.stringify(payload));

describe('the states of a job', () => {
  it('are two for each plan, one for each wave and one end; three for each chunk, in an execution of its own', async () => {
    const { entered, calls } = await statesOf([3, 2]);
    const chunk = ['FetchChunk', 'ChunkOutcome', 'ChunkEnded'];
    const own = entered.filter((name) => !chunk.includes(name));
    expect(own).toEqual([
      'PlanWave',
      'WhatNext',
      'FetchChunks',
      'PlanWave',
      'WhatNext',
      'FetchChunks',
      'PlanWave',
      'WhatNext',
      'FinalizeJob',
    ]);
    expect(entered.length - own.length).toBe(5 * chunk.length);
    expect(calls.filter((state) => state === 'FetchChunk')).toHaveLength(5);
  });

  it('are what the costs count', async () => {
    const chunks = MAX_CHUNKS_PER_WAVE + 20;
    const { entered, calls } = await statesOf([MAX_CHUNKS_PER_WAVE, 20]);
    const inChunks = entered.filter((name) => /Chunk(Outcome|Ended)?$/.test(name));
    const used = usageOfJob({ series: 1, chunks, rows: 0 });
    // An item of the map is a transition too; its own states are EXPRESS and billed by time.
    expect(entered.length - inChunks.length + chunks).toBe(used.transitions);
    expect(calls).toHaveLength(used.lambdaCalls);
    expect(inChunks).toHaveLength(3 * used.expressRequests);
  });

  it('are nothing but a plan and an end where nothing is missing', async () => {
    const { entered, calls } = await statesOf([]);
    expect(entered).toEqual(['PlanWave', 'WhatNext', 'FinalizeJob']);
    expect(calls).toEqual(['PlanWave', 'FinalizeJob']);
  });
});

describe('the payload', () => {
  it('of the largest wave, by the longest names, is half of what a state may carry', () => {
    const chunks = chunksOf(MAX_CHUNKS_PER_WAVE);
    expect(chunks).toHaveLength(MAX_CHUNKS_PER_WAVE);
    expect(bytesOf(planned(1, chunks))).toBeLessThan(PAYLOAD_LIMIT / 2);
  });

  it('of a usual chunk is 143 bytes: five words and two times', () => {
    const series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' as const };
    const [march] = planChunks(series, [{ start: Date.UTC(2025, 2), end: Date.UTC(2025, 3) }], 'month');
    expect(Object.keys(march!.chunk).sort()).toEqual(
      ['end', 'label', 'source', 'start', 'symbol', 'timeframe'].sort(),
    );
    expect(bytesOf(march!.chunk)).toBe(143);
  });

  it('that the map collects is a third of that: label, outcome and count of each chunk', () => {
    const collected = chunksOf(MAX_CHUNKS_PER_WAVE).map(({ label }) => ({
      label,
      outcome: 'cancelled',
      rows: Number.MAX_SAFE_INTEGER,
    }));
    expect(bytesOf(collected)).toBeLessThan(PAYLOAD_LIMIT / 3);
  });
});
