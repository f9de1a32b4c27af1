import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface TableFault {
  readonly kind: /** more than the table may take now */
    | 'throttled'
    /** an error of DynamoDB's servers */
    | 'server-error'
    /** the request is carried out, but its answer is lost */
    | 'lost-answer'
    /** never answered */
    | 'hang';
  /** an action such as `UpdateItem`; any if absent */
  readonly action?: string;
  /** text in the request's body; any if absent */
  readonly holds?: string;
  readonly times: number;
}

export interface TableProxy {
  /** for `AWS_ENDPOINT_URL_DYNAMODB` */
  readonly url: string;
  /** applies the fault from now on; @returns how many requests it has hit */
  strike(fault: TableFault): { readonly hits: number };
  calm(): void;
  close(): Promise<void>;
}

const ERRORS = {
  throttled: [400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
  'server-error': [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
} as const;

/** A proxy in front of the job table that fails as DynamoDB does under load. */
export async function startTableProxy(target: string): Promise<TableProxy> {
  let active: { readonly fault: TableFault; hits: number }[] = [];

  const struckBy = (action: string, body: string) =>
    active.find(
      ({ fault, hits }) =>
        hits < fault.times && (fault.action ?? action) === action && body.includes(fault.holds ?? ''),
    );

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const action = String(incoming.headers['x-amz-target']).split('.').at(-1)!;
    const struck = struckBy(action, body.toString());
    if (struck) struck.hits += 1;
    const kind = struck?.fault.kind;
    if (kind === 'hang') return;
    if (kind === 'throttled' || kind === 'server-error') {
      const [status, __type] = ERRORS[kind];
      outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      outgoing.end(JSON.stringify({ __type, message: 'a fault of the test' }));
      return;
    }
    const { method, headers } = incoming;
    const upstream = forward(new URL(target), { method: method!, headers }, async (answer) => {
      const bytes = await buffer(answer);
      if (kind === 'lost-answer') return void outgoing.destroy();
      outgoing.writeHead(answer.statusCode!, answer.headers).end(bytes);
    });
    upstream.on('error', () => outgoing.destroy());
    upstream.end(body);
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    strike(fault) {
      const entry = { fault, hits: 0 };
      active.push(entry);
      return entry;
    },
    calm: () => {
      active = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
