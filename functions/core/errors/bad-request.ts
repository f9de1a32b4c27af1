import type { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';
import { GordonError } from './errors.ts';

/**
 * The caller's request is invalid: a 4xx answer, exit code 2 on the command line.
 * @param remedy defaults to the one of the code
 * @param status defaults to the one of the code
 */
export const badRequest = (
  code: ErrorCode,
  subject: string,
  message: string,
  remedy?: string,
  status?: number,
): GordonError =>
  new GordonError({ name: 'BadRequest', code, subject, message, remedy, ...(status && { status }) });

/** Parses what came from outside. @throws GordonError `invalid-request`, naming the first field that is wrong */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
  throw badRequest('invalid-request', subject, `${where}${issue.message}.`);
}
