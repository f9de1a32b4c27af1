/** The Amazon States Language, as much of it as `statemachines/backfill.asl.json` uses. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface Common {
  readonly Comment?: string;
  readonly Next?: string;
  readonly End?: boolean;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath: string;
  readonly Next: string;
}

export interface Task extends Common {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly TimeoutSeconds: number;
  readonly Parameters: { readonly FunctionName: string; readonly Payload: Template };
  readonly ResultSelector?: Template;
  readonly ResultPath?: string;
  readonly OutputPath?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface Choice extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly {
    readonly Variable: string;
    readonly StringEquals: string;
    readonly Next: string;
  }[];
  readonly Default: string;
}

export interface Wait extends Common {
  readonly Type: 'Wait';
  readonly SecondsPath: string;
}

export interface Pass extends Common {
  readonly Type: 'Pass';
  readonly Parameters: Template;
  readonly ResultPath?: string;
}

export interface Fail extends Common {
  readonly Type: 'Fail';
  readonly Error: string;
  readonly Cause: string;
}

export interface MapState extends Common {
  readonly Type: 'Map';
  readonly ItemsPath: string;
  readonly ItemSelector: Template;
  readonly MaxConcurrency: number;
  readonly ToleratedFailureCount: number;
  readonly Label: string;
  readonly ItemProcessor: Machine & {
    readonly ProcessorConfig: {
      readonly Mode: 'DISTRIBUTED';
      readonly ExecutionType: 'EXPRESS' | 'STANDARD';
    };
  };
  readonly ResultPath: null;
  readonly Catch?: readonly Catcher[];
}

export type State = Task | Choice | Wait | Pass | Fail | MapState;

/** JSON in which a field that ends in `.$` is a path. */
export interface Template {
  readonly [field: string]: unknown;
}

const FIELDS: Readonly<Record<State['Type'], string>> = {
  Task: 'Resource TimeoutSeconds Parameters ResultSelector ResultPath OutputPath Retry Catch',
  Choice: 'Choices Default',
  Wait: 'SecondsPath',
  Pass: 'Parameters ResultPath',
  Fail: 'Error Cause',
  Map: 'ItemsPath ItemSelector MaxConcurrency ToleratedFailureCount Label ItemProcessor ResultPath Catch',
};

/** @throws Error where the definition uses what the interpreter does not know: it must not be passed over in silence */
export function readMachine(definition: unknown): Machine {
  const machine = definition as Machine;
  for (const [name, state] of Object.entries(machine.States)) {
    const known = FIELDS[state.Type]?.split(' ');
    if (!known) throw new Error(`state ${name}: the simulation knows no ${state.Type}`);
    const other = Object.keys(state).find(
      (field) => !['Type', 'Comment', 'Next', 'End', ...known].includes(field),
    );
    if (other) throw new Error(`state ${name}: the simulation knows no ${other} of a ${state.Type}`);
    if (state.Type === 'Map') readMachine(state.ItemProcessor);
  }
  return machine;
}
