import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { describeError, GordonError } from '../core/errors.ts';
import type { Log } from './log.ts';

/** RFC 9457. `code` is the stable name of the error, `subject` what it is about. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly subject?: string;
  readonly remedy?: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  422: 'Cannot be done',
  500: 'Internal error',
  502: 'No answer behind',
  503: 'Not available now',
};

export function problemOf(error: unknown): Problem {
  if (error instanceof GordonError) {
    return problem(error.status, error.code, error.message, {
      subject: error.subject,
      ...(error.remedy && { remedy: error.remedy }),
    });
  }
  if (isMalformedJson(error)) {
    return problem(400, 'malformed-json', 'The body is no JSON.', { remedy: 'Send a JSON object.' });
  }
  return problem(500, 'unexpected', 'Something failed that was not foreseen; the log has the details.');
}

export const problem = (
  status: number,
  code: string,
  detail: string,
  more: { subject?: string; remedy?: string } = {},
): Problem => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'Error',
  status,
  detail,
  code,
  ...more,
});

/** How `@middy/http-json-body-parser` says it; it answers 415, which would blame the media type. */
const isMalformedJson = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Invalid or malformed JSON was provided';

export const problemAnswer = (problem: Problem): APIGatewayProxyResult => ({
  statusCode: problem.status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(problem),
});

/** The one place where an error becomes an answer. */
export const problems = (log: () => Log): MiddlewareObj => ({
  onError: (request) => {
    const problem = problemOf(request.error);
    if (problem.status >= 500) log().error(describeError(request.error), request.error as Error);
    request.response = problemAnswer(problem);
  },
});
