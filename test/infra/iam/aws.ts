import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { missingObject, type Need, needsOf, type Received, signerOf } from './calls.ts';
import type { Decide } from './simulate.ts';

export interface Call extends Need {
  /** the function that made it, by its construct: its access key */
  readonly by: string;
}

export interface Aws extends AsyncDisposable {
  readonly url: string;
  /** every permission that was needed and held */
  readonly allowed: Call[];
  /** those that were needed and not held: the service answered 403 */
  readonly denied: Call[];
  /** what AWS needs of a function's role besides its calls. @throws Error where the role does not have it */
  require(by: string, need: Need): Promise<void>;
  readonly started: string[];
  /** what functions were invoked with */
  readonly invoked: { readonly arn: string; readonly event: unknown }[];
}

export interface AwsOptions {
  readonly decide: Decide;
  /** what a permission needs besides, of the key that encrypts */
  readonly keyNeeds: (need: Need) => readonly Need[];
  readonly jobTable: string;
  readonly s3: string;
  /** text of each secret, by ARN */
  secret(arn: string): string | undefined;
}

/**
 * The services that the functions call, behind one address that refuses what a function's role does not allow. The job table and the
 * bucket lie elsewhere; the others accept what they get.
 */
export async function startAws({ decide, keyNeeds, jobTable, s3, secret }: AwsOptions): Promise<Aws> {
  const seen: Pick<Aws, 'allowed' | 'denied' | 'started' | 'invoked'> = {
    allowed: [],
    denied: [],
    started: [],
    invoked: [],
  };
  const holds = async (by: string, need: Need): Promise<boolean> => {
    const held = await decide(by, need);
    (held ? seen.allowed : seen.denied).push({ by, ...need });
    return held;
  };
  const SERVED: Readonly<Record<string, (received: Received) => unknown>> = {
    events: ({ body }) => ({
      FailedEntryCount: 0,
      Entries: (JSON.parse(body.toString()) as { Entries: unknown[] }).Entries.map(() => ({ EventId: '1' })),
    }),
    states({ body }) {
      const {
        name,
        stateMachineArn,
        executionArn: of,
      } = JSON.parse(body.toString()) as Record<string, string>;
      // Nobody has noted the end of one that is looked up.
      if (of !== undefined) return { executionArn: of, status: 'FAILED', startDate: 1, stopDate: 2 };
      seen.started.push(name!);
      const executionArn = `${stateMachineArn!.replace(':stateMachine:', ':execution:')}:${name}`;
      return { executionArn, startDate: 1 };
    },
    secretsmanager({ body }) {
      const { SecretId: arn } = JSON.parse(body.toString()) as { SecretId: string };
      return { ARN: arn, Name: arn, SecretString: secret(arn) };
    },
  };

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url!, 'http://aws');
    const { method = 'GET', headers } = incoming;
    const received = { method, url, headers, body: await buffer(incoming) };
    const { key: by, service } = signerOf(received);
    for (const need of needsOf(service, received).flatMap((one) => [one, ...keyNeeds(one)])) {
      if (!(await holds(by, need))) return refuse(service, need, outgoing);
    }
    if (service === 'dynamodb') return pass(received, jobTable, outgoing);
    if (service === 's3') {
      const hidden = async (): Promise<Need | undefined> => {
        const need = missingObject(url.pathname.split('/')[1]!);
        if (!(await decide(by, need))) return need;
        seen.allowed.push({ by, ...need });
        return undefined;
      };
      return pass(received, s3, outgoing, hidden);
    }
    if (service === 'lambda') {
      const [, , , arn] = url.pathname.split('/');
      const event = JSON.parse(received.body.toString()) as unknown;
      seen.invoked.push({ arn: decodeURIComponent(arn!), event });
      return void outgoing.writeHead(202).end();
    }
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    outgoing.end(JSON.stringify(SERVED[service]!(received)));
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => outgoing.writeHead(400).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...seen,
    async require(by, need) {
      if (!(await holds(by, need))) throw new Error(`${by} may not ${need.action} on ${need.resource}`);
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(service: string, { action, resource }: Need, outgoing: ServerResponse): void {
  const words = `no policy allows ${action} on ${resource}`;
  if (service === 's3') {
    outgoing.writeHead(403, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${words}</Message></Error>`);
    return;
  }
  outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
  outgoing.end(JSON.stringify({ __type: 'AccessDeniedException', message: words }));
}

/** @param hidden what the caller lacks to be shown that an object is not there */
function pass(
  { method, url, headers, body }: Received,
  target: string,
  outgoing: ServerResponse,
  hidden?: () => Promise<Need | undefined>,
): void {
  const upstream = forward(
    new URL(`${url.pathname}${url.search}`, target),
    { method, headers },
    async (answer) => {
      const bytes = await buffer(answer);
      const need = answer.statusCode === 404 ? await hidden?.() : undefined;
      if (need) return refuse('s3', need, outgoing);
      outgoing.writeHead(answer.statusCode!, answer.headers).end(bytes);
    },
  );
  upstream.on('error', () => outgoing.destroy());
  upstream.end(body);
}
