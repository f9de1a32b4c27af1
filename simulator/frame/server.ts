import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from './answer.ts';
import { type Controlled, control } from './control.ts';
import { dispatch, type Mounted, route } from './dispatch.ts';
import { send } from './send.ts';

export interface Listening {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** One HTTP server for all modules and `/_control/`. */
export async function listen(
  port: number,
  mounted: readonly Mounted[],
  on: Controlled,
  onError: (error: unknown) => void,
): Promise<Listening> {
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      onError(error);
      const text = error instanceof Error ? error.stack : String(error);
      if (response.headersSent) response.socket?.destroy();
      else
        send(response, json({ simulator: text }, { status: 500 }), {
          now: on.clock.now(),
          head: false,
          faults: [],
        });
    });
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://venues');
    const now = on.clock.now();
    if (url.pathname.startsWith('/_control/')) {
      let body = '';
      for await (const part of incoming.setEncoding('utf8')) body += part;
      const path = url.pathname.slice('/_control/'.length);
      const request = { method: incoming.method ?? 'GET', path, query: url.searchParams, body };
      return send(response, control(on, request), { now, head: false, faults: [] });
    }
    const found = route(mounted, url.pathname);
    if (found) return dispatch(found, incoming, response, on.context, on.requests);
    const known = mounted.map((m) => m.module.prefix);
    send(response, json({ error: `no venue here; there are: ${known.join(', ')}` }, { status: 404 }), {
      now,
      head: false,
      faults: [],
    });
  }

  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((done, fail) => {
        server.close((error) => (error ? fail(error) : done()));
        // A hanging answer would hold the server open forever.
        server.closeAllConnections();
      }),
  };
}
