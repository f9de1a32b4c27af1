import type { Machine, MapState, Retrier, State, Task } from './definition.ts';
import { type Context, fill, put, valueAt } from './paths.ts';
import { overWire } from './wire.ts';

/** What an execution needs of the world around it. */
export interface Engine {
  /** Invokes a function. @throws StateError with the name that Retry and Catch go by */
  invoke(functionName: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  sleep(ms: number): Promise<void>;
  /** false: the execution was stopped, and begins no further state */
  isWanted(): boolean;
  reached(state: string): void;
}

/** A failure as the state machine sees it. */
export class StateError extends Error {
  override readonly name: string;
  readonly words: string;
  /** @param name what Retry and Catch compare @param words what a Catch hands over as `Cause` */
  constructor(name: string, words: string) {
    super(`${name}: ${words}`);
    this.name = name;
    this.words = words;
  }
}

/** The longest life of an EXPRESS execution. */
const EXPRESS_LIFE = 5 * 60_000;

/** @returns the output of the last state @throws StateError when the execution fails, `Stopped` when it was stopped */
export async function interpret(machine: Machine, input: unknown, engine: Engine): Promise<unknown> {
  let [name, data]: [string, unknown] = [machine.StartAt, input];
  for (;;) {
    if (!engine.isWanted()) throw new StateError('Stopped', 'the execution was stopped');
    const state = machine.States[name]!;
    engine.reached(name);
    const done = isPassing(state) ? leave(state, data) : await enter(state, data, engine);
    if (done.next === undefined) return done.output;
    [name, data] = [done.next, done.output];
  }
}

interface Done {
  readonly output: unknown;
  /** absent: the execution ends here */
  readonly next?: string;
}

type Waiting = Extract<State, { Type: 'Wait' | 'Task' | 'Map' }>;
type Passing = Exclude<State, Waiting>;

const isPassing = (state: State): state is Passing =>
  state.Type === 'Choice' || state.Type === 'Pass' || state.Type === 'Fail';

const following = ({ Next }: State, output: unknown): Done =>
  Next === undefined ? { output } : { output, next: Next };

/** Leaves a state that takes no time. @throws StateError */
function leave(state: Passing, data: unknown): Done {
  switch (state.Type) {
    case 'Choice': {
      const chosen = state.Choices.find(
        ({ Variable, StringEquals }) => valueAt(Variable, data) === StringEquals,
      );
      return { output: data, next: chosen?.Next ?? state.Default };
    }
    case 'Pass':
      return following(state, put(state.ResultPath, fill(state.Parameters, data), data));
    case 'Fail':
      throw new StateError(state.Error, state.Cause);
  }
}

async function enter(state: Waiting, data: unknown, engine: Engine): Promise<Done> {
  if (state.Type === 'Wait') {
    await engine.sleep((valueAt(state.SecondsPath, data) as number) * 1_000);
    return following(state, data);
  }
  try {
    if (state.Type === 'Task') return following(state, await runTask(state, data, engine));
    await runMap(state, data, engine);
    return following(state, data);
  } catch (error) {
    const failed = asStateError(error);
    const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, failed));
    if (!catcher) throw failed;
    const output = put(catcher.ResultPath, { Error: failed.name, Cause: failed.words }, data);
    return { output, next: catcher.Next };
  }
}

async function runTask(state: Task, data: unknown, engine: Engine): Promise<unknown> {
  const { FunctionName, Payload } = state.Parameters;
  const payload = fill(Payload, data);
  const tries = new Map<Retrier, number>();
  for (;;) {
    try {
      // What is filled in has come over the wire already.
      const answer = await engine.invoke(FunctionName, payload, state.TimeoutSeconds * 1_000);
      const result = { Payload: overWire(answer) };
      const selected = state.ResultSelector ? fill(state.ResultSelector, result) : result;
      const output = put(state.ResultPath, selected, data);
      return state.OutputPath === undefined ? output : valueAt(state.OutputPath, output);
    } catch (error) {
      const failed = asStateError(error);
      const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, failed));
      const before = retrier ? (tries.get(retrier) ?? 0) : 0;
      if (!retrier || before >= retrier.MaxAttempts) throw failed;
      tries.set(retrier, before + 1);
      await engine.sleep(retrier.IntervalSeconds * retrier.BackoffRate ** before * 1_000);
      if (!engine.isWanted()) throw new StateError('Stopped', 'the execution was stopped');
    }
  }
}

/** A distributed map: a limited number of items at a time, each an execution of its own. */
async function runMap(state: MapState, data: unknown, engine: Engine): Promise<void> {
  const items = valueAt(state.ItemsPath, data) as readonly unknown[];
  const { ExecutionType } = state.ItemProcessor.ProcessorConfig;
  let [begun, failed] = [0, 0];
  const worker = async (): Promise<void> => {
    while (begun < items.length && engine.isWanted()) {
      const Index = begun++;
      const context: Context = { Map: { Item: { Index, Value: items[Index] } } };
      const input = fill(state.ItemSelector, data, context);
      const ok = await runItem(state.ItemProcessor, input, engine, ExecutionType === 'EXPRESS');
      if (!ok) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(state.MaxConcurrency, items.length) }, worker));
  if (failed > state.ToleratedFailureCount)
    throw new StateError('States.ExceedToleratedFailureThreshold', `${failed} items failed`);
}

/** @returns false when the item failed or outlived its execution; a function that it invoked goes on by itself */
async function runItem(machine: Machine, input: unknown, engine: Engine, isShort: boolean): Promise<boolean> {
  let isOver = false;
  const own: Engine = { ...engine, isWanted: () => !isOver && engine.isWanted() };
  const work = interpret(machine, input, own).then(
    () => true,
    () => false,
  );
  if (!isShort) return work;
  const life = engine.sleep(EXPRESS_LIFE).then(() => {
    if (!isOver) engine.reached('FetchChunks (an item outlived its execution)');
    return false;
  });
  const ok = await Promise.race([work, life]);
  isOver = true;
  return ok;
}

const matches = (names: readonly string[], { name }: StateError): boolean =>
  names.includes(name) || (names.includes('States.ALL') && name !== 'States.Runtime' && name !== 'Stopped');

const asStateError = (error: unknown): StateError =>
  error instanceof StateError ? error : new StateError((error as Error).name, (error as Error).message);
