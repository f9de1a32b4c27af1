import type { FileHandle } from 'node:fs/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { describeError } from '../core/errors/errors.ts';
import { fileWish } from '../core/queries/export/byte-range.ts';
import { type ApiRequest, requestOf } from './http-handler.ts';
import { logWith } from './log.ts';
import { NO_SNIFFING, problemAnswer, toProblem } from './problem.ts';

/** An answer in pieces, as a route makes it. */
export interface StreamAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: AsyncIterable<string | Uint8Array>;
}

/** A file as a route answers with it. The handler closes it. */
export interface FileAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly file: FileHandle;
  readonly bytes: number;
  /** strong, with its quotes */
  readonly etag: string;
}

/** As API Gateway's, but the body comes in pieces. */
export type Streamed = Pick<APIGatewayProxyResult, 'statusCode' | 'headers'> & {
  readonly body: AsyncIterable<string | Uint8Array>;
};

/**
 * Answers a request in pieces; a problem where it fails before the first of them.
 * @returns undefined where the answer is not one to stream: the route's usual handler gives it
 */
export type StreamHandler = (
  event: APIGatewayProxyEvent,
  signal: AbortSignal,
) => Promise<Streamed | APIGatewayProxyResult | undefined>;

/** Makes the streaming twin of a route's handler, for hosts: a Lambda behind API Gateway cannot stream. */
export const streamHandler =
  <Ports>(
    route: (
      request: ApiRequest,
      ports: Ports,
      signal: AbortSignal,
    ) => Promise<StreamAnswer | FileAnswer | undefined>,
  ): ((ports: () => Promise<Ports>) => StreamHandler) =>
  (ports) =>
  async (event, signal) => {
    // A client that has gone away is not a failure.
    const failed = (error: unknown): APIGatewayProxyResult => {
      const problem = toProblem(error);
      if (problem.status >= 500 && !signal.aborted) {
        logWith({ path: event.path }).error(describeError(error), error as Error);
      }
      return problemAnswer(problem);
    };
    try {
      const answer = await route(requestOf(event, ''), await ports(), signal);
      if (!answer) return undefined;
      if ('file' in answer) return await partOf(answer, event);
      const pieces = answer.text[Symbol.asyncIterator]();
      // Also of an answer that nobody began to read.
      signal.addEventListener('abort', () => void pieces.return?.()?.catch(failed));
      // The first piece with rows: what the database refuses is a problem, not a body that breaks off.
      const begin = [await pieces.next(), await pieces.next()];
      return {
        statusCode: 200,
        headers: { ...NO_SNIFFING, ...answer.headers },
        body: rest(begin, pieces, failed),
      };
    } catch (error) {
      return failed(error);
    }
  };

/** The file, or the part of it that the request wants. */
async function partOf(
  { file, bytes, etag, headers }: FileAnswer,
  event: APIGatewayProxyEvent,
): Promise<Streamed> {
  const wish = fileWish(event.headers, { bytes, etag });
  const common = { ...NO_SNIFFING, ...headers, etag, 'accept-ranges': 'bytes', 'cache-control': 'no-cache' };
  if (wish.status === 304 || wish.status === 416) {
    await file.close();
    const range = wish.status === 416 && { 'content-range': `bytes */${bytes}`, 'content-length': '0' };
    return { statusCode: wish.status, headers: { ...common, ...range }, body: NOTHING };
  }
  const { start, end } = wish.status === 206 ? wish : { start: 0, end: bytes };
  const range = wish.status === 206 && { 'content-range': `bytes ${start}-${end - 1}/${bytes}` };
  return {
    statusCode: wish.status,
    headers: { ...common, ...range, 'content-length': String(end - start) },
    // Closes the file when it ends and when it is left.
    body: file.createReadStream({ start, end: end - 1 }),
  };
}

const NOTHING: AsyncIterable<Uint8Array> = (async function* () {})();

async function* rest(
  begin: readonly IteratorResult<string | Uint8Array>[],
  pieces: AsyncIterator<string | Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<string | Uint8Array> {
  try {
    for (const { done, value } of begin) if (!done) yield value;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  } catch (error) {
    failed(error);
    throw error;
  } finally {
    await pieces.return?.();
  }
}
