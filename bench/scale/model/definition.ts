import { functions } from '../../../functions/manifest.ts';
import { definitionText } from '../../../statemachines/definition.ts';

export interface Retry {
  readonly intervalSeconds: number;
  readonly backoff: number;
  readonly attempts: number;
}

interface RawState {
  readonly Retry?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly IntervalSeconds: number;
    readonly BackoffRate: number;
    readonly MaxAttempts: number;
  }[];
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, RawState>> };
}

const states = (JSON.parse(definitionText()) as { States: Record<string, RawState> }).States;
const map = states.FetchChunks!;

/** Lanes of a job: `MaxConcurrency` of FetchChunks, as it stands in the definition. */
export const LANES_TODAY = map.MaxConcurrency!;

function retryOf(state: RawState, error: string): Retry {
  const rule = state.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes(error));
  if (!rule) throw new Error(`the definition does not retry ${error}`);
  return { intervalSeconds: rule.IntervalSeconds, backoff: rule.BackoffRate, attempts: rule.MaxAttempts };
}

const { FetchChunk, RecordChunkFailure } = map.ItemProcessor!.States;

export const RETRIES = {
  fetchThrottled: retryOf(FetchChunk!, 'Lambda.TooManyRequestsException'),
  fetchTimedOut: retryOf(FetchChunk!, 'Sandbox.Timedout'),
  fetchStore: retryOf(FetchChunk!, 'RetryableStoreError'),
  planThrottled: retryOf(states.PlanWave!, 'Lambda.TooManyRequestsException'),
  recordThrottled: retryOf(RecordChunkFailure!, 'Lambda.TooManyRequestsException'),
} as const;

/** Seconds before the n-th repetition (from 1); undefined when the error is handed on. */
export const waitBefore = (retry: Retry, n: number): number | undefined =>
  n > retry.attempts ? undefined : retry.intervalSeconds * retry.backoff ** (n - 1);

/** A map item is an EXPRESS execution. */
export const CHILD_SECONDS = 300;
export const CALL_SECONDS = functions.find(({ handler }) => handler === 'fetch-chunk')!.timeoutSeconds;

/** Events that a wave adds to the history of the job's execution: PlanWave and its task 5, WhatNext 2, FetchChunks and its run 4. */
export const EVENTS_PER_WAVE = 11;
export const EVENTS_AROUND = 10;
