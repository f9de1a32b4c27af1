import type { EndedExecution } from '../../functions/core/jobs/ports.ts';
import type { ExecutionInput } from '../../functions/core/workflow/contracts.ts';
import { functions } from '../../functions/manifest.ts';
import { backfillDefinition, type Placeholders } from '../../statemachines/definition.ts';
import type { Process, Scheduler } from '../engine/scheduler.ts';
import { type Machine, readMachine } from '../machine/definition.ts';
import { interpret, StateError } from '../machine/interpret.ts';
import type { Functions } from './functions.ts';

interface Execution {
  readonly process: Process;
  isWanted: boolean;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  /** epoch ms; 0 while it is at work */
  endedAt: number;
  /** the name of what failed */
  error?: string;
}

export interface ExecutionsOptions {
  readonly scheduler: Scheduler;
  readonly functions: Functions;
  /** `backfill.asl.json` of the version that is deployed now; undefined: the present one */
  readonly definition: () => string | undefined;
  readonly reached: (state: string) => void;
  /** before a state invokes a function */
  readonly invokes: (handler: string, payload: unknown) => void;
  /** after the last state */
  readonly ended: (jobId: string, status: Execution['status']) => void;
}

const HANDLERS = functions.flatMap(({ state, handler }) =>
  state ? [[`${state}Function`, handler] as const] : [],
);
const VALUES = { ChunkExecutionType: 'EXPRESS', ...Object.fromEntries(HANDLERS) } as Placeholders;
const MACHINE = readMachine(backfillDefinition(VALUES));

const statesOf = ({ States }: Machine): string[] =>
  Object.entries(States).flatMap(([name, state]) => [
    name,
    ...(state.Type === 'Map' ? statesOf(state.ItemProcessor) : []),
  ]);

/** Every state of the machine, those within a map among them. */
export const STATES: readonly string[] = statesOf(MACHINE);

/** Step Functions: executions by name, which is used once. */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #executions = new Map<string, Execution>();
  readonly #earlier = new Map<string, Machine>();

  constructor(options: ExecutionsOptions) {
    this.#options = options;
  }

  /** A second start of one name is harmless. */
  start(jobId: string): void {
    if (this.#executions.has(jobId)) return;
    const { scheduler, functions: lambda, reached, invokes } = this.#options;
    // An execution ends by the definition with which it began.
    const machine = this.#machine();
    const input: ExecutionInput = { jobId, nextWave: 1, previousMissing: -1 };
    const { process, ended } = scheduler.spawn(`execution ${jobId.slice(-6)}`, (self) =>
      interpret(machine, input, {
        invoke: (handler, payload) => {
          invokes(handler, payload);
          return lambda.invoke(handler, payload);
        },
        sleep: (ms) => scheduler.sleep(self, ms),
        isWanted: () => execution.isWanted,
        reached,
      }),
    );
    const execution: Execution = { process, isWanted: true, status: 'RUNNING', endedAt: 0 };
    this.#executions.set(jobId, execution);
    ended.then(
      () => this.#end(jobId, 'SUCCEEDED'),
      (error: unknown) => {
        if (!(error instanceof StateError)) throw error;
        execution.error = error.name;
        this.#end(jobId, 'FAILED');
      },
    );
  }

  describe(jobId: string): 'running' | 'absent' | EndedExecution {
    const execution = this.#executions.get(jobId);
    if (!execution) return 'absent';
    const { status, endedAt, error } = execution;
    return status === 'RUNNING' ? 'running' : { status, endedAt, error };
  }

  running(): string[] {
    return [...this.#executions].filter(([, { status }]) => status === 'RUNNING').map(([id]) => id);
  }

  /** As an operator stops it; what it has invoked goes on by itself. @returns false when it has ended */
  stop(jobId: string): boolean {
    const execution = this.#executions.get(jobId);
    if (execution?.status !== 'RUNNING') return false;
    execution.isWanted = false;
    this.#end(jobId, 'ABORTED');
    return true;
  }

  /** As the interpreter of a host that was killed: nobody is notified of their end, and their names are free again. */
  forget(): void {
    for (const [id, execution] of this.#executions) {
      execution.isWanted = false;
      this.#options.scheduler.kill(execution.process, new StateError('Stopped', 'the host was killed'));
      if (execution.status === 'RUNNING') execution.status = 'ABORTED';
      this.#executions.delete(id);
    }
  }

  #machine(): Machine {
    const text = this.#options.definition();
    if (text === undefined) return MACHINE;
    const known = this.#earlier.get(text) ?? readMachine(backfillDefinition(VALUES, text));
    this.#earlier.set(text, known);
    return known;
  }

  #end(jobId: string, status: Execution['status']): void {
    const execution = this.#executions.get(jobId);
    if (execution?.status !== 'RUNNING') return;
    execution.status = status;
    execution.endedAt = this.#options.scheduler.now();
    this.#options.ended(jobId, status);
    // EventBridge passes on what the manifest names.
    if (status === 'SUCCEEDED') return;
    for (const { handler, events = [] } of functions) {
      if (!events.some(({ statuses }) => (statuses as readonly string[]).includes(status))) continue;
      void this.#options.functions.send(handler, { jobId, status, error: execution.error });
    }
  }
}
