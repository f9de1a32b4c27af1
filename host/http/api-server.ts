import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { isForeign } from '../../console/serve/guard.ts';
import { consolePage } from '../../console/serve/page.ts';
import { fileAnswer } from '../../console/serve/page-answer.ts';
import { functions } from '../../functions/manifest.ts';
import { routeOf } from '../../functions/routes.ts';
import { problem, problemAnswer } from '../../functions/runtime/problem.ts';
import type { Streamed } from '../../functions/runtime/stream-handler.ts';
import { listen } from '../os/ports.ts';
import { sendPieces } from './send-pieces.ts';
import { sendWhole } from './send-whole.ts';

/** Calls the function of a route with an API Gateway event. */
export type Call = (
  handler: string,
  event: APIGatewayProxyEvent,
  signal: AbortSignal,
) => Promise<APIGatewayProxyResult | Streamed>;

export interface ApiServer {
  readonly port: number;
  close(): Promise<void>;
}

/** As in API Gateway, except that a file of the console may be bytes, and rows may come in pieces. */
export type Answer = Pick<APIGatewayProxyResult, 'statusCode' | 'headers'> & {
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
};

const FOREIGN = problem('foreign-origin', 'A page of another site may not use this API.', {
  remedy: 'Open the console at this address itself.',
});

/** API Gateway passes 10 MB. Handlers enforce the smaller limits of their routes. */
const LARGEST_REQUEST = 10 * 1024 * 1024;

/** Answers a request before the API does; undefined: the API answers. */
export type Guard = (request: IncomingMessage) => Answer | undefined;

/** What a page of another site sends is refused. */
const onLoopback: Guard = ({ headers }) => (isForeign(headers) ? problemAnswer(FOREIGN) : undefined);

/** The manifest's operations on a port of the loopback address, and the console beside them. */
export async function startApiServer(port: number, call: Call): Promise<ApiServer> {
  const server = createServer(apiListener(call, onLoopback));
  return served(server, await listen(server, port));
}

/** @param port where the server listens already */
export function served(server: Server, port: number): ApiServer {
  // A busy client reuses a connection after more than Node's default of five seconds, just when the server closes it.
  server.keepAliveTimeout = 65_000;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.closeIdleConnections();
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}

/** Turns requests into the events that API Gateway would send. */
export function apiListener(call: Call, guard: Guard): RequestListener {
  const router = findMyWay();
  for (const { handler, operations = [] } of functions) {
    for (const { method, path } of operations.map(routeOf)) {
      router.on(method as HTTPMethod, path.replaceAll(/\{(\w+)\}/g, ':$1'), () => handler);
    }
  }
  const page = consolePage();
  const answer = async (request: IncomingMessage, gone: AbortSignal): Promise<Answer> => {
    const guarded = guard(request);
    if (guarded) return guarded;
    const url = urlOf(request);
    if (!url) return problemAnswer(problem('unknown-path', 'The address of the request is not a path.'));
    const file = ['GET', 'HEAD'].includes(request.method ?? '') ? await page(url.pathname) : undefined;
    if (file) return fileAnswer(file, request.headers);
    // HEAD is GET without the body.
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = router.find(method as HTTPMethod, url.pathname);
    if (!found) return notFound(router, url.pathname, request.method);
    const handler = (found.handler as unknown as () => string)();
    return call(handler, eventOf(request, url, found.params, await bodyOf(request)), gone);
  };
  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(request, gone.signal)
      .catch(() => problemAnswer(problem('unexpected', 'The function failed; the log has the details.')))
      .then(({ statusCode, headers, body }) => {
        const given = headers as Record<string, string>;
        if (typeof body === 'string' || body instanceof Uint8Array) {
          sendWhole(request, response, statusCode, given, body);
        } else {
          sendPieces(request, response, statusCode, given, body);
        }
      });
  };
}

/** `//host/path` is a path of ours too, not another host; a proxy's client writes the host in front. */
const urlOf = ({ url = '/' }: IncomingMessage): URL | null =>
  URL.parse(url.startsWith('/') ? `http://local${url}` : url);

function notFound(router: findMyWay.Instance<findMyWay.HTTPVersion.V1>, path: string, method = 'GET') {
  const other = (['GET', 'POST', 'DELETE'] as const).filter((m) => router.find(m, path));
  if (other.length === 0)
    return problemAnswer(problem('unknown-path', `${path} is not a route of this API.`));
  const detail = `${path} takes ${other.join(' and ')}, not ${method}.`;
  const allow = other.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])).join(', ');
  const { headers, ...answer } = problemAnswer(problem('method-not-allowed', detail));
  return { ...answer, headers: { ...headers, allow } };
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += (piece as Buffer).length;
    // Bytes beyond the limit are read and dropped, because a client that is still sending would not see the answer.
    if (bytes <= LARGEST_REQUEST) pieces.push(piece as Buffer);
  }
  return bytes === 0 ? null : Buffer.concat(pieces).toString('utf8');
}

function eventOf(
  request: IncomingMessage,
  url: URL,
  pathParameters: Record<string, string | undefined>,
  body: string | null,
): APIGatewayProxyEvent {
  const query = Object.fromEntries(url.searchParams);
  return {
    httpMethod: request.method ?? 'GET',
    path: url.pathname,
    resource: url.pathname,
    body,
    isBase64Encoded: false,
    pathParameters,
    headers: Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, String(v)])),
    multiValueHeaders: {},
    queryStringParameters: Object.keys(query).length > 0 ? query : null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    requestContext: {} as APIGatewayProxyEvent['requestContext'],
  };
}

export const contextOf = (handler: string): Context =>
  ({ awsRequestId: randomUUID(), functionName: handler }) as Context;
