import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Lambda's invocations of type Event: each is accepted at once. */
export interface FakeLambda extends AsyncDisposable {
  readonly url: string;
  readonly invoked: { readonly name: string; readonly event: unknown }[];
  /** what an accepted event leads to; nothing by default */
  run: ((event: unknown) => Promise<unknown>) | undefined;
  /** the next invocation is refused, once */
  refuse: boolean;
}

export async function startFakeLambda(): Promise<FakeLambda> {
  const invoked: { name: string; event: unknown }[] = [];
  const lambda: Pick<FakeLambda, 'run' | 'refuse'> = { run: undefined, refuse: false };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url!)?.[1];
    const isEvent = request.headers['x-amz-invocation-type'] === 'Event';
    if (lambda.refuse || !name || !isEvent) {
      lambda.refuse = false;
      response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{"Message":"no"}');
      return;
    }
    const event = JSON.parse(Buffer.concat(pieces).toString());
    invoked.push({ name: decodeURIComponent(name), event });
    response.writeHead(202).end();
    await lambda.run?.(event).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(lambda, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
