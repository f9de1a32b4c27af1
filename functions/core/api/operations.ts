import type * as z from 'zod';
import type { OperationId } from '../../routes.ts';
import type { Shape } from '../time/fields.ts';
import { candleOperations } from './candles/operations.ts';
import { dataOperations } from './data/operations.ts';
import { jobOperations } from './jobs/operations.ts';
import type { Operation, Problem } from './operation.ts';
import { seriesOperations } from './series/operations.ts';
import { serviceOperations } from './service/operations.ts';

/** Requests, answers and problems of every operation. The document, the clients and the handlers' types are made of it. */
export const operations = {
  ...jobOperations,
  ...candleOperations,
  ...seriesOperations,
  ...dataOperations,
  ...serviceOperations,
} as const satisfies Readonly<Record<OperationId, Operation>>;

export type Operations = typeof operations;

/** The body of a success. */
export type Answer<K extends OperationId> = Shape<Operations[K]['answer']>;

/** The bodies of statuses with an answer of another shape. */
type OtherAnswer<K extends OperationId> = Operations[K] extends { readonly others: infer O }
  ? O[keyof O] extends infer S extends z.ZodType
    ? Shape<S>
    : never
  : never;

/** What a handler returns that refuses by itself, with more than a problem's status and body. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Shape<typeof Problem>;
}

/** What a handler returns whose answer is text. */
export interface TextReply<K extends OperationId> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: Answer<K> & string;
}

/** What a handler of an operation returns. */
export interface Reply<K extends OperationId> {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Answer<K> | OtherAnswer<K>;
}
