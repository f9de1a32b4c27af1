import type { Access } from './access.ts';
import { type OperationId, ROUTES } from './routes.ts';

export interface Schedule {
  readonly name: string;
  readonly everyMinutes: number;
  /** how often a host runs it that knows seconds; EventBridge's smallest unit is the minute */
  readonly everySeconds?: number;
  /** only computes from stored rows: it also runs where no rows may be added, as in a demo */
  readonly derives?: true;
  readonly description: string;
}

/** An end of an execution that none of its states reports: somebody stopped it, or it ran out of time or of events. */
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
  /** deployed, and run by a host, only where the operator turned it on */
  readonly optional?: 'exports' | 'files';
  /** invoked, and not waited for, by the function of this operation */
  readonly worksFor?: OperationId;
  /** decides who may call the API, where a deployment uses this kind of token */
  readonly authorizes?: 'jwt';
}

/** The handler's file: its folder says what calls it. A path from the root of the repository. */
export function entryOf(spec: FunctionSpec): string {
  return `functions/${folderOf(spec)}/${spec.handler}.ts`;
}

function folderOf({ state, worksFor, operations: [id = worksFor] = [], authorizes }: FunctionSpec): string {
  if (state) return 'states';
  if (id) return `http/${ROUTES[id].folder}`;
  return authorizes ? 'http/service' : 'schedules';
}

/** What a function is for, with the operations that it serves. */
export const descriptionOf = ({ operations = [], description }: FunctionSpec): string =>
  [...operations.map((id) => ROUTES[id].route), description].join(': ');

/** Whether a function logs in to the database. */
export const reachesDatabase = ({ access }: FunctionSpec): boolean =>
  access.some((one) => one === 'aggregates' || one.startsWith('database:'));
