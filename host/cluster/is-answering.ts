import { connect } from 'node:net';

/** The question whether the server speaks TLS, which any PostgreSQL answers with one letter: https://www.postgresql.org/docs/18/protocol-flow.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const PATIENCE_MS = 2_000;

/**
 * Whether a server on this machine answers. That it can be connected to is not enough: the kernel takes connections for a
 * process that was killed until it is gone.
 */
export function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PATIENCE_MS });
    const settle = (answering: boolean): void => {
      socket.destroy();
      resolve(answering);
    };
    socket.write(SSL_REQUEST);
    socket.once('data', () => settle(true));
    for (const end of ['error', 'end', 'timeout']) socket.once(end, () => settle(false));
  });
}
