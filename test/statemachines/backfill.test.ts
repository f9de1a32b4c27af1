import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as contracts from '../../functions/core/workflow/contracts.ts';
import { functions } from '../../functions/manifest.ts';
import { backfillDefinition, definitionText, type Placeholders } from '../../statemachines/definition.ts';
import { tolerantItems } from '../../statemachines/tolerant-items.ts';

interface State {
  readonly Type: string;
  readonly TimeoutSeconds?: number;
  readonly Parameters?: { readonly FunctionName: string; readonly Payload: Record<string, string> };
  readonly ItemSelector?: Record<string, unknown>;
  readonly ResultSelector?: Record<string, string>;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly Next: string;
    ResultPath: string;
  }[];
  readonly ItemProcessor?: Machine;
  readonly Choices?: readonly {
    readonly Variable: string;
    readonly StringEquals: string;
    readonly Next: string;
  }[];
  readonly ResultPath?: string;
  readonly Next?: string;
  readonly Default?: string;
}
interface Machine {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}

const values = Object.fromEntries(
  functions.flatMap((f) => (f.state ? [[`${f.state}Function`, `arn:${f.handler}`]] : [])),
);
const definition = backfillDefinition({
  ChunkExecutionType: 'STANDARD',
  ...values,
} as Placeholders) as never as Machine;
const inner = definition.States.FetchChunks!.ItemProcessor!;
const states = { ...definition.States, ...inner.States };
const tasks = Object.entries(states).filter(([, state]) => state.Type === 'Task');
const schemas = contracts as unknown as Record<string, z.ZodObject>;

const jobId = '01JD0000000000000000000000';
const chunk = {
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1m',
  label: 'klines_spot BTCUSDT 1m 2025-03',
  start: 0,
  end: 60_000,
};
const planned = {
  jobId,
  wave: 2,
  nextWave: 3,
  previousMissing: 60_000,
  next: 'fetch',
  waitSeconds: 0,
  chunks: [chunk],
};
const caught = { Error: 'PermanentError', Cause: '[region-refused] no' };

/** What each state is given, as the states before it leave it. */
const given: Record<string, unknown> = {
  PlanWave: planned,
  FinalizeJob: planned,
  FetchChunk: { jobId, wave: 2, chunk, resume: { since: 0, withoutArchive: false } },
  RecordChunkFailure: { jobId, wave: 2, chunk, resume: { since: 0, withoutArchive: false }, error: caught },
  FailJob: { ...planned, error: caught },
};

/** Fills a payload template from an input: `"a.$": "$.b"` takes the input's `b`. */
const fill = (template: Record<string, unknown>, input: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(template).map(([key, path]) => [
      key.replace(/\.\$$/, ''),
      key.endsWith('.$') ? (input as Record<string, unknown>)[(path as string).slice(2)] : path,
    ]),
  );

describe('backfill.asl.json', () => {
  it('is valid Amazon States Language', () => {
    expect(aslValidator(definition, { checkArn: false }).errors).toEqual([]);
  });

  it('is valid for an interpreter without a tolerance of failures, and tolerates as many as a wave has chunks', () => {
    const tolerant = tolerantItems(definition) as never as Machine;
    expect(aslValidator(tolerant as never, { checkArn: false }).errors).toEqual([]);
    expect(definition.States.FetchChunks).toMatchObject({
      ToleratedFailureCount: contracts.MAX_CHUNKS_PER_WAVE,
    });
    const own = tolerant.States.FetchChunks!.ItemProcessor!.States;
    const uncaught = Object.entries(own).filter(
      ([, state]) =>
        state.Type === 'Task' && !state.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')),
    );
    expect(uncaught).toEqual([]);
    const { ItemFailed, RecordChunkFailure, ...same } = own;
    expect(RecordChunkFailure!.Catch).toEqual([expect.objectContaining({ Next: 'ItemFailed' })]);
    expect(ItemFailed).toMatchObject({ Type: 'Pass', End: true });
    expect(inner.States).toMatchObject(same);
  });

  it('names a function of the manifest for each task, and every such function has its task', () => {
    expect(tasks.map(([name]) => name).sort()).toEqual(functions.flatMap((f) => f.state ?? []).sort());
    for (const [name, state] of tasks) expect(state.Parameters!.FunctionName).toBe(values[`${name}Function`]);
  });

  it('gives each task the time of its function, for engines have defaults of their own', () => {
    const own = functions.flatMap(({ state, timeoutSeconds }) => (state ? [[state, timeoutSeconds]] : []));
    const given = tasks.map(([name, { TimeoutSeconds }]) => [name, TimeoutSeconds]);
    expect(Object.fromEntries(given)).toEqual(Object.fromEntries(own));
  });

  it('has a value for every placeholder', () => {
    const known = ['ChunkExecutionType', ...Object.keys(values)];
    const placeholders = Array.from(definitionText().matchAll(/\$\{([A-Za-z]+)\}/g), (match) => match[1]!);
    expect([...new Set(placeholders)].sort()).toEqual(known.sort());
    expect(() => backfillDefinition({ ChunkExecutionType: 'EXPRESS' })).toThrow(/no value for/);
  });

  it('starts with what the execution is given', () => {
    const input = { jobId, nextWave: 1, previousMissing: -1 };
    expect(contracts.ExecutionInput.safeParse(input).error).toBeUndefined();
    const payload = fill(states.PlanWave!.Parameters!.Payload, input);
    expect(contracts.PlanWaveInput.safeParse(payload).error).toBeUndefined();
  });

  it('gives fetchers the wave they belong to', () => {
    const output = { ...planned, chunks: [chunk] };
    expect(contracts.PlanWaveOutput.safeParse(output).error).toBeUndefined();
    expect(definition.States.FetchChunks!.ItemSelector!['wave.$']).toBe('$.wave');
  });

  it.each(tasks.map(([name]) => name))('%s is given what its contract requires', (name) => {
    const payload = fill(states[name]!.Parameters!.Payload, given[name]);
    expect(schemas[`${name}Input`]!.safeParse(payload).error).toBeUndefined();
  });

  it('gives a map item what a fetcher takes, and only falsy values that engines carry inside an object', () => {
    const item = definition.States.FetchChunks!.ItemSelector!;
    expect(Object.keys(item).map((key) => key.replace(/\.\$$/, ''))).toEqual([
      'jobId',
      'wave',
      'chunk',
      'resume',
    ]);
  });

  it('hands on every field that a fetcher returns', () => {
    const selected = Object.keys(inner.States.FetchChunk!.ResultSelector!).map((key) =>
      key.replace(/\.\$$/, ''),
    );
    expect(selected.sort()).toEqual(Object.keys(contracts.FetchChunkOutput.shape).sort());
  });

  it('calls a fetcher once more, without the archive that three calls did not reach', () => {
    const { Parameters, ResultPath, Next } = states.WithoutArchive!;
    expect([ResultPath, Next]).toEqual(['$.resume', 'FetchChunk']);
    expect(fill(Parameters as never, { 'resume.since': 5 })).toEqual({ since: 5, withoutArchive: true });
    const retry = states.FetchChunk!.Retry!.find(({ ErrorEquals }) =>
      ErrorEquals.includes('ArchiveUnreachable'),
    );
    expect(retry).toMatchObject({ MaxAttempts: 2 });
  });

  it('chooses among the outcomes that the contracts know', () => {
    const words = (state: State) => state.Choices!.map((choice) => choice.StringEquals);
    expect(contracts.PlanWaveOutput.shape.next.options).toEqual(
      expect.arrayContaining(words(definition.States.WhatNext!)),
    );
    expect(contracts.FetchChunkOutput.shape.outcome.options).toEqual(
      expect.arrayContaining(words(inner.States.ChunkOutcome!)),
    );
  });

  it('retries by the names that our errors have, and never a permanent one', () => {
    const named = tasks.flatMap(([, { Retry = [] }]) => Retry.flatMap((retry) => retry.ErrorEquals));
    const own = new Set(named.filter((name) => !/^(Lambda|States|Runtime|Sandbox)\./.test(name)));
    expect([...own].sort()).toEqual(['ArchiveUnreachable', 'RetryableStoreError', 'RetryableVenueError']);
  });

  it('retries a function whose process died or ran out of time, wherever it retries AWS', () => {
    const retries = tasks.map(([, { Retry = [] }]) => Retry.flatMap((retry) => retry.ErrorEquals));
    const aws = retries.filter((names) => names.includes('Lambda.ServiceException'));
    expect(aws.length).toBe(4);
    for (const names of aws) {
      expect(names).toEqual(
        // Engine and function count the same seconds: either may be first.
        expect.arrayContaining(['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout', 'States.Timeout']),
      );
    }
  });

  it('catches everything: a chunk goes to RecordChunkFailure, the rest to FailJob', () => {
    const catching = Object.entries(states).flatMap(([name, { Catch = [] }]) =>
      Catch.map((c) => [name, c.ErrorEquals.join(), c.ResultPath, c.Next]),
    );
    expect(catching).toEqual([
      ['PlanWave', 'States.ALL', '$.error', 'FailJob'],
      ['FetchChunks', 'States.ALL', '$.error', 'FailJob'],
      ['FinalizeJob', 'States.ALL', '$.error', 'FailJob'],
      ['FetchChunk', 'ArchiveUnreachable', '$.error', 'WithoutArchive'],
      ['FetchChunk', 'States.ALL', '$.error', 'RecordChunkFailure'],
    ]);
  });
});
