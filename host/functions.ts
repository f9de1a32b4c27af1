import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { entryOf, type FunctionSpec } from '../functions/function-spec.ts';
import { functions } from '../functions/manifest.ts';
import { ROUTES, type Route } from '../functions/routes.ts';
import type { Services } from '../functions/runtime/services.ts';
import type { Streamed, StreamHandler } from '../functions/runtime/stream-handler.ts';
import { contextOf } from './http/api-server.ts';
import { within } from './port-access.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;
interface HandlerModule {
  readonly createHandler: (services: () => Promise<Services>) => Handler;
}
interface StreamModule {
  readonly createStream: (services: () => Promise<Services>) => StreamHandler;
}

/** What a route answers, whole or in pieces. */
export type Called = APIGatewayProxyResult | Streamed;

export interface LoadedFunctions {
  invoke(handler: string, event: unknown): Promise<unknown>;
  /** streams where the route can. @param signal of a client that has gone away */
  call(handler: string, event: APIGatewayProxyEvent, signal: AbortSignal): Promise<Called>;
}

/** Loads every handler of the manifest and gives it this host's services. @param also functions that the operator turned on */
export async function loadFunctions(
  services: () => Promise<Services>,
  also: readonly FunctionSpec[] = [],
): Promise<LoadedFunctions> {
  const handlers = new Map<string, Handler>();
  const streams = new Map<string, StreamHandler>();
  for (const spec of [...functions, ...also]) {
    const file = new URL(`../${entryOf(spec)}`, import.meta.url);
    const { createHandler } = (await import(file.href)) as HandlerModule;
    const own = async () => within(await services(), spec);
    handlers.set(spec.handler, createHandler(own));
    if (!spec.operations?.some((id) => (ROUTES[id] as Route).streams)) continue;
    // As a text that the build of the package rewrites: there both end in `.js`.
    const twin = file.href.replace('.ts', '-stream.ts');
    const { createStream } = (await import(twin)) as StreamModule;
    streams.set(spec.handler, createStream(own));
  }
  // Events and answers cross as JSON, as they do between AWS's services: what JSON loses must be lost here too.
  const invoke = async (handler: string, event: unknown): Promise<unknown> => {
    const answer = await handlers.get(handler)!(JSON.parse(JSON.stringify(event)), contextOf(handler));
    return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
  };
  return {
    invoke,
    call: async (handler, event, signal) =>
      (await streams.get(handler)?.(event, signal)) ??
      ((await invoke(handler, event)) as APIGatewayProxyResult),
  };
}
