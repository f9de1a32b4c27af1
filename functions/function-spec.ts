import { type OperationId, ROUTES } from './routes.ts';

/** What a function of the program may do and what calls it: the words of the manifest. */
export type Access =
  /** reads and writes the job table (jobs, chunks, rate budgets), or reads it only */
  | ('job-table' | 'job-table:read')
  /** starts executions of the backfill state machine */
  | 'workflow'
  /** `aggregates`: as the owner of the aggregates, where that is another login */
  | ('database' | 'aggregates')
  /** asks venues: gets their keys and whatever points their hosts elsewhere; `events`: says how jobs end */
  | ('venues' | 'events');

export interface Schedule {
  readonly name: string;
  readonly everyMinutes: number;
  /** how often a host runs it that knows seconds; EventBridge's smallest unit is the minute */
  readonly everySeconds?: number;
  /** only computes from what is there: it runs also where no rows may be added, as in a demo */
  readonly derives?: true;
  readonly description: string;
}

/** An end of an execution that no state of it reports: somebody stopped it, or it ran out of time or of events. */
export interface ExecutionEnd {
  readonly name: string;
  /** as Step Functions names them */
  readonly statuses: readonly ('ABORTED' | 'FAILED' | 'TIMED_OUT')[];
  readonly description: string;
}

export interface FunctionSpec {
  /** its file, without `.ts`: see `entryOf` */
  readonly handler: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly access: readonly Access[];
  /** what it serves of the API */
  readonly operations?: readonly OperationId[];
  /** the Task state of `statemachines/backfill.asl.json` that it works for */
  readonly state?: string;
  readonly schedules?: readonly Schedule[];
  readonly events?: readonly ExecutionEnd[];
  /** run by each deployment before any other function gets its new code; its failure rolls the deployment back */
  readonly onDeploy?: true;
  /** decides who may call the API, where a deployment asks for this way of telling */
  readonly authorizes?: 'jwt';
}

/** The handler's file: its folder says what calls it. A path from the root of the repository. */
export function entryOf({ handler, state, operations, authorizes }: FunctionSpec): string {
  const folder = state ? 'states' : operations || authorizes ? 'http' : 'schedules';
  return `functions/${folder}/${handler}.ts`;
}

/** What a function is for, with the operations that it serves. */
export const descriptionOf = ({ operations = [], description }: FunctionSpec): string =>
  [...operations.map((id) => ROUTES[id]), description].join(': ');
