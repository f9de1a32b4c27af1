import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { StateMachine } from 'aws-local-stepfunctions';
import { describeError } from '../functions/core/errors/errors.ts';
import { functions } from '../functions/manifest.ts';
import { rootLogger } from '../functions/runtime/log.ts';
import { backfillDefinition, type Placeholders } from '../statemachines/definition.ts';
import { tolerantItems } from '../statemachines/tolerant-items.ts';
import { listen } from './os/ports.ts';

/** Runs one state's function. */
export type Invoke = (handler: string, event: unknown) => Promise<unknown>;

export interface StepFunctions {
  readonly url: string;
  readonly stateMachineArn: string;
  /** executions that have not ended */
  running(): number;
  /** Stops taking executions, aborts those at work and waits until none is. */
  close(): Promise<void>;
}

interface Execution {
  /** epoch seconds, as in the answers */
  readonly startDate: number;
  stopDate?: number;
  error?: string;
  cause?: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly abort: () => void;
  readonly done: Promise<void>;
}

/** Executions that can still be described when others have begun. */
const REMEMBERED = 200;

const ARN = 'arn:aws:states:local:000000000000';

/**
 * The part of the Step Functions API that the program's own clients call, in front of an interpreter that runs the deployed
 * definition. Executions live in memory: the job table is what survives.
 * @param retryMs pause before each attempt of a Retry, instead of the definition's
 */
export async function startStepFunctions(invoke: Invoke, retryMs?: number): Promise<StepFunctions> {
  const states = functions.flatMap((f) => (f.state ? [[f.state, f.handler] as const] : []));
  const values = Object.fromEntries(states.map(([state, handler]) => [`${state}Function`, handler]));
  const definition = backfillDefinition({ ChunkExecutionType: 'STANDARD', ...values } as Placeholders);
  // The tests of the definition validate it: doing so at each start would compile the schema of the language each time.
  const machine = new StateMachine(tolerantItems(definition) as never, {
    validationOptions: { noValidate: true },
  });
  const overrides = {
    taskResourceLocalHandlers: Object.fromEntries(
      states.map(([state, handler]) => [
        state,
        async (input: { Payload: unknown }) => ({ Payload: await invoke(handler, input.Payload) }),
      ]),
    ),
    ...(retryMs !== undefined && {
      retryIntervalOverrides: Object.fromEntries(states.map(([state]) => [state, retryMs])),
    }),
  };
  const executions = new Map<string, Execution>();

  /** Calls the functions that EventBridge would call at the end of an execution. */
  async function notify(name: string, { status, error, cause }: Execution): Promise<void> {
    const listeners = functions.filter(({ events = [] }) =>
      events.some((event) => (event.statuses as readonly string[]).includes(status)),
    );
    for (const { handler } of listeners) {
      await invoke(handler, { detail: { name, status, error, cause } }).catch((reason: unknown) =>
        rootLogger.error(`${handler} after ${name}: ${describeError(reason)}`),
      );
    }
  }

  /** An execution that ended is described for a while only, and each keeps its interpreter's memory. */
  function forgetOldest(): void {
    for (const [name, { status }] of executions) {
      if (executions.size <= REMEMBERED) return;
      if (status !== 'RUNNING') executions.delete(name);
    }
  }

  function end(name: string, execution: Execution, status: Execution['status'], cause?: string): void {
    if (execution.status !== 'RUNNING') return;
    execution.status = status;
    execution.stopDate = Date.now() / 1_000;
    if (cause !== undefined) execution.cause = cause;
    forgetOldest();
    void notify(name, execution);
  }

  function start(name: string, input: unknown): Execution {
    const run = machine.run(input as never, { overrides, noThrowOnAbort: true } as never);
    const execution: Execution = {
      startDate: Date.now() / 1_000,
      status: 'RUNNING',
      abort: () => run.abort(),
      done: run.result.then(
        () => end(name, execution, 'SUCCEEDED'),
        (error: unknown) => {
          execution.error = nameOf(error);
          end(name, execution, 'FAILED', describeError(error));
        },
      ),
    };
    executions.set(name, execution);
    return execution;
  }

  const actions: Record<string, (body: Record<string, string>) => unknown> = {
    StartExecution: ({ name, input }) => {
      if (executions.has(name!)) throw new ApiError('ExecutionAlreadyExists', `${name} exists`);
      const { startDate } = start(name!, JSON.parse(input ?? '{}'));
      return { executionArn: `${ARN}:execution:backfill:${name}`, startDate };
    },
    StopExecution: ({ executionArn, cause }) => {
      const execution = find(executions, executionArn!);
      execution.abort();
      end(nameIn(executionArn!), execution, 'ABORTED', cause);
      return { stopDate: execution.stopDate };
    },
    DescribeExecution: ({ executionArn }) => {
      const { status, startDate, stopDate, error, cause } = find(executions, executionArn!);
      return { executionArn, status, startDate, stopDate, error, cause };
    },
  };
  const server = apiServer(actions);
  const port = await listen(server);
  const alive = () => [...executions.values()].filter((execution) => execution.status === 'RUNNING');
  return {
    url: `http://127.0.0.1:${port}`,
    stateMachineArn: `${ARN}:stateMachine:backfill`,
    running: () => alive().length,
    async close() {
      server.close();
      const left = alive();
      for (const execution of left) execution.abort();
      await Promise.all(left.map((execution) => execution.done));
    },
  };
}

/** Of what ended it: the interpreter wraps that once. */
function nameOf(error: unknown): string {
  const inner = error instanceof Error ? (error.cause ?? error) : error;
  return inner instanceof Error ? inner.name : String(inner);
}

class ApiError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const nameIn = (arn: string): string => arn.split(':').at(-1)!;

function find(executions: Map<string, Execution>, arn: string): Execution {
  const execution = executions.get(nameIn(arn));
  if (!execution) throw new ApiError('ExecutionDoesNotExist', arn);
  return execution;
}

/** AWS JSON 1.0: the action in `X-Amz-Target`, errors as `__type`. */
function apiServer(actions: Record<string, (body: Record<string, string>) => unknown>): Server {
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const action = actions[String(request.headers['x-amz-target']).split('.').at(-1)!];
    if (!action) return [400, { __type: 'UnknownOperationException' }];
    try {
      return [200, action((await json(request)) as Record<string, string>)];
    } catch (error) {
      const type = error instanceof ApiError ? error.type : 'InvalidExecutionInput';
      return [400, { __type: type, message: String(error) }];
    }
  };
  return createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
  });
}
