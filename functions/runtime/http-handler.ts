import { createHash } from 'node:crypto';
import headerNormalizer from '@middy/http-header-normalizer';
import jsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { badRequest, parseInput } from '../core/errors/bad-request.ts';
import { IdempotencyKey } from '../core/queries/fields.ts';
import { type Log, logWith } from './log.ts';
import { observed } from './observe.ts';
import { NO_SNIFFING, problems } from './problem.ts';

export interface ApiRequest {
  /** header names in lower case */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** parsed JSON; undefined where the route takes no body */
  readonly body: unknown;
  readonly rawBody: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not JSON; its headers say what it is. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type HttpHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** An order names a thousand symbols at most; a longer body is not an order. */
const LARGEST_BODY = 64 * 1024;

/** `curl -d` sends a form's media type; what counts is that the body is JSON. The option is not in middy's types. */
const ANY_MEDIA_TYPE: object = { disableContentTypeCheck: true };

export interface RouteOptions {
  /** the route takes a JSON body */
  readonly body?: boolean;
}

/**
 * Makes a route's handler: middy parses the event and turns errors into problems; the route sees plain values.
 * @param route names the ports that it uses by the type of its argument
 */
export function httpHandler<Ports>(
  route: (request: ApiRequest, ports: Ports, log: Log) => Promise<ApiAnswer | TextAnswer>,
  options: RouteOptions = {},
): (ports: () => Promise<Ports>) => HttpHandler {
  return (ports) => {
    const handler = observed<APIGatewayProxyEvent, APIGatewayProxyResult>()
      .use(problems(() => logWith({})))
      .use(headerNormalizer())
      .before((request) => checkSize(request.event));
    const raw = new WeakMap<object, string>();
    if (options.body) {
      handler
        .before((request) => {
          raw.set(request.event, request.event.body ?? '');
          request.event.body ??= '';
        })
        .use(jsonBodyParser(ANY_MEDIA_TYPE));
    }
    handler.handler(async (event, context) => {
      const log = logWith({ requestId: context?.awsRequestId, path: event.path });
      const answer = await route(requestOf(event, raw.get(event) ?? ''), await ports(), log);
      return {
        statusCode: answer.status,
        headers: { 'content-type': 'application/json', ...NO_SNIFFING, ...answer.headers },
        body: 'text' in answer ? answer.text : JSON.stringify(answer.body),
      };
    });
    return handler as unknown as HttpHandler;
  };
}

function checkSize(event: APIGatewayProxyEvent): void {
  const bytes = Buffer.byteLength(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes <= LARGEST_BODY) return;
  const message = `${bytes} bytes are more than the ${LARGEST_BODY} that an order may have.`;
  throw badRequest('body-too-large', 'the body', message);
}

/** The plain values of an event whose header names are in lower case. */
export const requestOf = (event: APIGatewayProxyEvent, rawBody: string): ApiRequest => ({
  headers: event.headers ?? {},
  path: event.pathParameters ?? {},
  query: event.queryStringParameters ?? {},
  body: event.body,
  rawBody,
});

/**
 * What makes a repeated order the same one: the caller's key and a digest of the body.
 * @throws GordonError `invalid-request` for a key that is none
 */
export function idempotencyOf(
  headers: ApiRequest['headers'],
  rawBody: string,
): { readonly key: string; readonly digest: string } | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  return {
    key: parseInput(IdempotencyKey, key, 'Idempotency-Key'),
    digest: createHash('sha256').update(rawBody).digest('hex'),
  };
}
