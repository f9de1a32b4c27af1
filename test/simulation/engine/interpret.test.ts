import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, it } from 'vitest';
import { functions } from '../../../functions/manifest.ts';
import { readMachine } from '../../../simulation/machine/definition.ts';
import { interpret, StateError } from '../../../simulation/machine/interpret.ts';
import { backfillDefinition, type Placeholders } from '../../../statemachines/definition.ts';

const STATES = functions.flatMap(({ state, handler }) => (state ? [[state, handler] as const] : []));
const definition = () =>
  backfillDefinition({
    ChunkExecutionType: 'STANDARD',
    ...Object.fromEntries(STATES.map(([state, handler]) => [`${state}Function`, handler])),
  } as Placeholders);
const MACHINE = readMachine(definition());

type Answer = { readonly error: string } | Record<string, unknown>;
type Script = Readonly<Record<string, readonly Answer[]>>;

const chunk = { source: 's', symbol: 'AAA', timeframe: '1h', label: 's AAA 1h 2025-03', start: 0, end: 1 };
const planned = (next: string, more: Record<string, unknown> = {}) => ({
  jobId: 'job',
  wave: 1,
  nextWave: 2,
  previousMissing: 5,
  next,
  waitSeconds: 0,
  chunks: next === 'fetch' ? [chunk] : [],
  ...more,
});
const fetched = (outcome: string) => ({
  outcome,
  since: 1,
  withoutArchive: false,
  waitSeconds: 0,
  rows: 3,
  leftMs: 0,
});
const ended = { jobId: 'job', status: 'succeeded', rows: 3, reason: '' };
const INPUT = { jobId: 'job', nextWave: 1, previousMissing: -1 };

/** Answers of each function, one after the other, and what it was called with. */
function scripted(script: Script) {
  const calls: [string, unknown][] = [];
  const given = new Map<string, number>();
  const invoke = async (handler: string, payload: unknown): Promise<unknown> => {
    calls.push([handler, structuredClone(payload)]);
    const n = given.get(handler) ?? 0;
    given.set(handler, n + 1);
    const answer = script[handler]?.[n] ?? { error: 'PermanentError' };
    if (!('error' in answer)) return answer;
    const failure = new StateError(answer.error as string, 'why');
    failure.message = 'why';
    throw failure;
  };
  return { calls, invoke };
}

async function inSimulation(script: Script) {
  const { calls, invoke } = scripted(script);
  const engine = { invoke, sleep: async () => undefined, isWanted: () => true, reached: () => undefined };
  const status = await interpret(MACHINE, INPUT, engine).then(
    () => 'SUCCEEDED',
    () => 'FAILED',
  );
  return { calls, status };
}

async function inLibrary(script: Script) {
  const { calls, invoke } = scripted(script);
  const machine = new StateMachine(definition() as never, { validationOptions: { checkArn: false } });
  const overrides = {
    taskResourceLocalHandlers: Object.fromEntries(
      STATES.map(([state, handler]) => [
        state,
        async ({ Payload }: { Payload: unknown }) => ({ Payload: await invoke(handler, Payload) }),
      ]),
    ),
    retryIntervalOverrides: Object.fromEntries(STATES.map(([state]) => [state, 0])),
  };
  const status = await machine.run(INPUT as never, { overrides } as never).result.then(
    () => 'SUCCEEDED',
    () => 'FAILED',
  );
  return { calls, status };
}

const error = (name: string): Answer => ({ error: name });

const SCRIPTS: Readonly<Record<string, Script>> = {
  'nothing to do': { 'plan-wave': [planned('finalize')], 'finalize-job': [ended] },
  'a wave, a call again and a wait': {
    'plan-wave': [planned('wait'), planned('fetch'), planned('finalize')],
    'fetch-chunk': [fetched('again'), fetched('wait'), fetched('done')],
    'finalize-job': [ended],
  },
  'errors that pass': {
    'plan-wave': [error('RetryableStoreError'), planned('fetch'), planned('finalize')],
    'fetch-chunk': [error('RetryableVenueError'), error('Lambda.Unknown'), fetched('done')],
    'finalize-job': [error('States.Timeout'), ended],
  },
  'an archive that is not reached': {
    'plan-wave': [planned('fetch'), planned('finalize')],
    'fetch-chunk': [...Array.from({ length: 3 }, () => error('ArchiveUnreachable')), fetched('done')],
    'finalize-job': [ended],
  },
  'a chunk that fails': {
    'plan-wave': [planned('fetch'), planned('finalize')],
    'fetch-chunk': [error('PermanentError')],
    'record-chunk-failure': [{ label: chunk.label, outcome: 'failed' }],
    'finalize-job': [ended],
  },
  'a plan that fails': { 'fail-job': [ended] },
  'an end that fails for too long': {
    'plan-wave': [planned('finalize')],
    'finalize-job': Array.from({ length: 9 }, () => error('RetryableStoreError')),
    'fail-job': [error('Lambda.Unknown'), ended],
  },
};

describe('the interpreter in virtual time', () => {
  it.each(Object.entries(SCRIPTS))('does as the library that the hosts run: %s', async (_, script) => {
    expect(await inSimulation(script)).toEqual(await inLibrary(script));
  });

  it('tolerates an item that failed, as AWS does and the library does not', async () => {
    const { calls, status } = await inSimulation({
      'plan-wave': [planned('fetch'), planned('finalize')],
      'finalize-job': [ended],
    });
    expect(status).toBe('SUCCEEDED');
    expect(calls.map(([handler]) => handler)).toEqual([
      'plan-wave',
      'fetch-chunk',
      'record-chunk-failure',
      'plan-wave',
      'finalize-job',
    ]);
  });

  it('waits as long as the definition says', async () => {
    const slept: number[] = [];
    const { invoke } = scripted({
      'plan-wave': [
        error('RetryableStoreError'),
        error('RetryableStoreError'),
        planned('wait', { waitSeconds: 60 }),
        planned('finalize'),
      ],
      'finalize-job': [ended],
    });
    const sleep = async (ms: number) => void slept.push(ms);
    await interpret(MACHINE, INPUT, { invoke, sleep, isWanted: () => true, reached: () => undefined });
    expect(slept).toEqual([2_000, 4_000, 60_000]);
  });

  it('refuses a definition that uses what it does not know', () => {
    const [first] = Object.keys(MACHINE.States) as [string];
    const odd = { ...MACHINE, States: { [first]: { ...MACHINE.States[first], HeartbeatSeconds: 5 } } };
    expect(() => readMachine(odd)).toThrow('the simulation knows no HeartbeatSeconds of a Task');
  });
});
