import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { entryOf } from '../functions/function-spec.ts';
import { functions } from '../functions/manifest.ts';
import type { Services } from '../functions/runtime/services.ts';
import { contextOf } from './api-server.ts';

type Handler = (event: unknown, context: Context) => Promise<unknown>;
interface HandlerModule {
  readonly createHandler: (services: () => Promise<Services>) => Handler;
}

export interface LoadedFunctions {
  invoke(handler: string, event: unknown): Promise<unknown>;
  call(handler: string, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult>;
}

/** Loads every handler of the manifest and gives it this host's services. */
export async function loadFunctions(services: () => Promise<Services>): Promise<LoadedFunctions> {
  const handlers = new Map<string, Handler>();
  for (const spec of functions) {
    const file = new URL(`../${entryOf(spec)}`, import.meta.url);
    const { createHandler } = (await import(file.href)) as HandlerModule;
    handlers.set(spec.handler, createHandler(services));
  }
  // Events and answers cross as JSON, as they do between AWS's services: what JSON loses must be lost here too.
  const invoke = async (handler: string, event: unknown): Promise<unknown> => {
    const answer = await handlers.get(handler)!(JSON.parse(JSON.stringify(event)), contextOf(handler));
    return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
  };
  return {
    invoke,
    call: async (handler, event) => (await invoke(handler, event)) as APIGatewayProxyResult,
  };
}
