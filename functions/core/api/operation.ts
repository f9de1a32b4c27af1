import type * as z from 'zod';
import type { ErrorCode } from '../errors/error-codes.ts';

/** What an operation of the API takes and answers. `routes.ts` has its method and path, the manifest the function that serves it. */
export interface Operation {
  readonly summary: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  readonly success: number;
  readonly answer: z.ZodType;
  /** statuses with a body that is an answer and no problem */
  readonly also?: readonly number[];
  /** statuses with an answer of another shape */
  readonly others?: Readonly<Record<number, z.ZodType>>;
  /** codes of the problems that the caller can bring about; the table of errors knows the status of each */
  readonly problems: readonly ErrorCode[];
}
