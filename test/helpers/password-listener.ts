import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const FOLDER = 'test/fixtures/tls';

/** The CA that signed the certificates of the listeners. */
export const TEST_CA = `${FOLDER}/ca.pem`;

/** A server that speaks just enough of PostgreSQL's protocol to be sent a password, which it refuses. */
export interface PasswordListener extends AsyncDisposable {
  /** of an address that is not the loopback's, with these parameters */
  url(parameters?: string): string;
  /** the passwords that it was sent */
  readonly passwords: readonly string[];
  /** connections that were opened to it */
  readonly connections: number;
}

/** @param certificate whose certificate it shows; `none`: it refuses TLS */
export async function listenForPasswords(
  certificate: 'server' | 'other' | 'none',
): Promise<PasswordListener> {
  const passwords: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.once('data', (first) => {
      if (!isSslRequest(first)) return answer(socket, first, passwords);
      if (certificate === 'none') {
        socket.write('N');
        return socket.once('data', (next) => answer(socket, next, passwords));
      }
      socket.write('S');
      const secure = new TLSSocket(socket, {
        isServer: true,
        cert: readFileSync(`${FOLDER}/${certificate}.pem`),
        key: readFileSync(`${FOLDER}/${certificate}-key.pem`),
      });
      secure.on('error', () => socket.destroy()).once('data', (next) => answer(secure, next, passwords));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (parameters = '') => `postgres://gordon:secret@0.0.0.0:${port}/gordon${parameters}`,
    passwords,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isSslRequest = (bytes: Buffer) => bytes.length === 8 && bytes.readUInt32BE(4) === 80877103;

/** Requests the password in clear text, and refuses it. */
function answer(socket: Socket | TLSSocket, startup: Buffer, passwords: string[]): void {
  if (startup.length < 8 || startup.readUInt32BE(4) !== 196608) {
    socket.destroy();
    return;
  }
  socket.on('data', (message: Buffer) => {
    if (message[0] !== 'p'.charCodeAt(0)) return;
    passwords.push(message.subarray(5, -1).toString());
    socket.end(refusal());
  });
  const request = Buffer.alloc(9);
  request.write('R');
  request.writeUInt32BE(8, 1);
  request.writeUInt32BE(3, 5);
  socket.write(request);
}

function refusal(): Buffer {
  const fields = Buffer.from('SFATAL\0C28P01\0Mpassword authentication failed\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
