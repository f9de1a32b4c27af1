import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDoor, type Door } from '../../console/serve/door.ts';
import { isForeign } from '../../console/serve/guard.ts';
import { consolePage } from '../../console/serve/page.ts';
import { fileAnswer } from '../../console/serve/page-answer.ts';
import { describeError } from '../../functions/core/errors/errors.ts';
import { type Problem, problem } from '../../functions/runtime/problem.ts';
import type { Sign } from '../api/sign.ts';

export interface ConsoleServer extends AsyncDisposable {
  /** without a slash at its end */
  readonly url: string;
  /** needed by every request; another user of this machine does not know it */
  readonly token: string;
}

export interface ConsoleOptions {
  /** the API, without a slash at its end */
  readonly api: string;
  readonly sign: Sign;
  /** 0: any free one */
  readonly port: number;
}

/** Longer than the 29 s after which API Gateway gives up. */
const PATIENCE_MS = 35_000;
/** What an order may have, with some room. */
const LARGEST_BODY = 256 * 1024;

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];
const PASSED_ON = ['content-type', 'idempotency-key'] as const;
const PASSED_BACK = ['allow', 'content-type', 'link', 'location', 'retry-after'] as const;

/**
 * Serves the console on the loopback address and passes its requests on, signed. Nobody else's page may use it, and no program
 * that does not know its token: anybody who reaches this port acts with the credentials of the one who started it.
 */
export async function startConsole({ api, sign, port }: ConsoleOptions): Promise<ConsoleServer> {
  const page = consolePage();
  const token = randomBytes(24).toString('base64url');
  let door: Door | undefined;
  const server = createServer((request, response) => {
    const answered = answer(request, response).catch((error: unknown) => {
      refuse(response, problem('api-unreachable', `${api}: ${describeError(error)}`));
    });
    void answered;
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (isForeign(request.headers)) {
      return refuse(response, problem('foreign-origin', 'A page of another site may not use this API.'));
    }
    const { method = 'GET', url = '/' } = request;
    const entered = door!.enter(url);
    if (entered) {
      response.writeHead(303, { ...entered, ...GUARDED }).end();
      return;
    }
    if (!door!.admits(request.headers)) {
      const remedy = 'Open the address that `gordon-data console` printed.';
      return refuse(
        response,
        problem('token-missing', 'The request has no token of this console.', { remedy }),
      );
    }
    const reads = method === 'GET' || method === 'HEAD';
    const file = reads ? await page(url.split('?')[0]!) : undefined;
    if (!file) return passOn({ api, sign }, request, response);
    const { statusCode, headers, body } = await fileAnswer(file, request.headers);
    response.writeHead(statusCode, headers).end(body);
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const listening = (server.address() as AddressInfo).port;
  door = createDoor(token, `gordon-console-${listening}`, false);
  return {
    url: `http://127.0.0.1:${listening}`,
    token,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Sends a request on to the API, signed, and its answer back. */
async function passOn(
  { api, sign }: Pick<ConsoleOptions, 'api' | 'sign'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  if (!METHODS.includes(method)) {
    const allow = { allow: METHODS.join(', ') };
    return refuse(response, problem('method-not-allowed', `${method} is not passed on.`), allow);
  }
  const target = targetOf(api, url);
  if (!target) return refuse(response, problem('unknown-path', `${url} is not a path of this API.`));
  const body = await bodyOf(request);
  if (!body) return refuse(response, problem('body-too-large', 'The body is too large.'));
  const headers = Object.fromEntries(PASSED_ON.flatMap((name) => pair(name, request.headers[name])));
  // API Gateway has no routes for HEAD.
  const forwarded = new Request(target, {
    method: method === 'HEAD' ? 'GET' : method,
    headers,
    ...(body.length > 0 && { body }),
  });
  const got = await fetch(await sign(forwarded), {
    signal: AbortSignal.timeout(PATIENCE_MS),
    redirect: 'manual',
  });
  const back = Object.fromEntries(PASSED_BACK.flatMap((name) => pair(name, got.headers.get(name))));
  response.writeHead(got.status, { ...back, ...GUARDED }).end(new Uint8Array(await got.arrayBuffer()));
}

/** What is signed lies within the stage: `/../other` would be another API of the account. */
function targetOf(api: string, url: string): URL | undefined {
  const base = new URL(`${api}/`);
  const target = URL.parse(api + url);
  const within = target?.origin === base.origin && target.pathname.startsWith(base.pathname);
  return within ? target : undefined;
}

const GUARDED = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

const pair = (name: string, value: string | string[] | null | undefined): [string, string][] =>
  typeof value === 'string' ? [[name, value]] : [];

function refuse(
  response: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    ...GUARDED,
    ...headers,
  });
  response.end(JSON.stringify(problem));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += (piece as Buffer).length;
    // Read to its end anyway: a client that is still sending would not see the answer.
    if (bytes <= LARGEST_BODY) pieces.push(piece as Buffer);
  }
  return bytes <= LARGEST_BODY ? Buffer.concat(pieces) : undefined;
}
