import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HEALTH } from './samples.ts';

export interface Received {
  readonly method: string;
  /** with its query */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  /** an object is sent as JSON, a string as it is */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Routes = Readonly<Record<string, Answer | ((received: Received, times: number) => Answer)>>;

export interface FakeApi {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * An HTTP server that answers by a table of `METHOD /path` (without the query). A function gets to know how often its
 * route was requested before.
 */
export async function fakeApi(routes: Routes): Promise<FakeApi> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const entry = await read(request);
    const route = `${entry.method} ${entry.path.split('?')[0]}`;
    const times = received.filter((a) => `${a.method} ${a.path.split('?')[0]}` === route).length;
    received.push(entry);
    const all: Routes = { 'GET /healthz': { body: HEALTH }, ...routes };
    const known = all[route] ?? problem(500, 'no-such-route', route);
    send(response, typeof known === 'function' ? known(entry, times) : known);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received, close, [Symbol.asyncDispose]: close };
}

export const problem = (status: number, code: string, detail: string): Answer => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'about:blank', title: 'Problem', status, detail, code },
});

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method!,
    path: request.url!,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function send(response: ServerResponse, { status = 200, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
