import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createDoor } from '../../console/serve/door.ts';
import { isCrossSite } from '../../console/serve/guard.ts';
import { describeError, GordonError } from '../../functions/core/errors/errors.ts';
import { NO_SNIFFING, problem, problemAnswer } from '../../functions/runtime/problem.ts';
import { type ApiServer, apiListener, type Call, type Guard, served } from './api-server.ts';
import type { ListenSettings } from './listen-settings.ts';

/**
 * The API and the console on an address that others reach. Each request needs the token: as a bearer token, or in a browser by
 * the cookie that `/?token=…` sets. A request without it learns nothing, not even which paths there are.
 * @throws GordonError `bad-environment`, `port-in-use`
 */
export async function startPublicServer(settings: ListenSettings, call: Call): Promise<ApiServer> {
  const { address, port, token, tls } = settings;
  const door = createDoor(token, 'gordon-token', tls !== undefined);
  const scheme = tls ? 'https' : 'http';
  const guard: Guard = ({ headers, url = '/' }) => {
    const entered = door.enter(url);
    if (entered) return { statusCode: 303, headers: { ...entered, ...NO_SNIFFING }, body: '' };
    if (!door.admits(headers)) {
      const { headers: plain, ...refused } = problemAnswer(
        problem('token-missing', 'The request has no token.'),
      );
      return { ...refused, headers: { ...plain, 'www-authenticate': 'Bearer' } };
    }
    // A proxy in front may speak TLS: what counts is that the page is one of this host.
    const own = headers.origin?.startsWith('https:') ? 'https' : scheme;
    if (!isCrossSite(headers, `${own}://${headers.host}`)) return undefined;
    return problemAnswer(problem('foreign-origin', 'A page of another site may not use this API.'));
  };
  const listener = apiListener(call, guard);
  const server: Server = tls
    ? (createTlsServer(
        { cert: pem('GORDON_TLS_CERT', tls.cert), key: pem('GORDON_TLS_KEY', tls.key) },
        listener,
      ) as Server)
    : createServer(listener);
  server.listen(port, address);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw notListening(`${address}:${port}`, error);
  });
  return served(server, (server.address() as AddressInfo).port);
}

function pem(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new GordonError({
      code: 'bad-environment',
      subject: variable,
      message: `the file cannot be read: ${describeError(cause)}.`,
      remedy: 'Name a PEM file that this user may read.',
      cause,
    });
  }
}

const notListening = (place: string, cause: NodeJS.ErrnoException): GordonError =>
  cause.code === 'EADDRINUSE'
    ? new GordonError({ code: 'port-in-use', subject: place, message: 'another program uses it.', cause })
    : new GordonError({
        code: 'bad-environment',
        subject: 'GORDON_LISTEN',
        message: `nobody can listen on ${place}: ${describeError(cause)}.`,
        remedy: 'Name an address of this machine, or 0.0.0.0 for all of them.',
        cause,
      });
