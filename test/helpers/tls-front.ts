import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { TEST_CA } from './password-listener.ts';

const FOLDER = 'test/fixtures/tls';

export interface TlsFront extends AsyncDisposable {
  /** the database's, by an address that is not the loopback's; its certificate must be verified */
  readonly url: string;
}

/** TLS as a PostgreSQL server offers it, in front of one of this machine that has none. */
export async function startTlsFront(databaseUrl: string): Promise<TlsFront> {
  const behind = new URL(databaseUrl);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    // The request for TLS is eight bytes, and nothing follows it before the answer.
    socket.once('data', () => {
      socket.write('S');
      const secure = new TLSSocket(socket, {
        isServer: true,
        cert: readFileSync(`${FOLDER}/server.pem`),
        key: readFileSync(`${FOLDER}/server-key.pem`),
      });
      const plain = connect(Number(behind.port), behind.hostname);
      open.add(plain);
      plain.on('error', () => socket.destroy()).on('close', () => open.delete(plain));
      secure.on('error', () => plain.destroy());
      secure.pipe(plain).pipe(secure);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const url = new URL(databaseUrl);
  url.host = `0.0.0.0:${(server.address() as AddressInfo).port}`;
  url.searchParams.set('sslmode', 'verify-full');
  url.searchParams.set('sslrootcert', TEST_CA);
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
