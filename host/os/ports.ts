import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Starts to listen on the loopback address. @param port 0: any free one. @returns the port */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

/** A port that is free at the moment. Another program may take it first, so the caller has to survive that. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @throws Error of the system, such as EADDRINUSE, when nobody can listen on the port */
export async function probePort(port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, port);
  probe.close();
  await once(probe, 'close');
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
