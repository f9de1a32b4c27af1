import type { z } from 'zod';
import { GordonError } from './errors.ts';

/** What the caller sent cannot be: a 4xx answer, exit code 2 on the command line. */
export const badRequest = (
  code: string,
  subject: string,
  message: string,
  remedy?: string,
  status = 400,
): GordonError =>
  new GordonError({ name: 'BadRequest', code, subject, message, status, ...(remedy && { remedy }) });

/** Parses what came from outside. @throws GordonError `invalid-request`, naming the first field that is wrong */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
  throw badRequest('invalid-request', subject, `${where}${issue.message}.`);
}
