import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy in front of the database whose connections can be cut. */
export interface Wire {
  /** URL of the same database through this proxy */
  url(direct: string): string;
  /** cuts connections in the middle of a COPY, after this many bytes of rows; @returns how many it has cut */
  cutCopies(times: number, afterBytes?: number): { readonly hits: number };
  /** cuts connections after a COMMIT was sent and before its answer arrives: committed, but the client does not know */
  loseCommits(times: number): { readonly hits: number };
  /** cuts all connections now */
  cutAll(): number;
  calm(): void;
  close(): Promise<void>;
}

export async function startWire(): Promise<Wire> {
  let target = { host: '127.0.0.1', port: 0 };
  let armed: { hits: number; readonly times: number; readonly afterBytes: number } | undefined;
  let losing: { hits: number; readonly times: number } | undefined;
  const open = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target);
    open.add(client);
    let copied: number | undefined;
    const hangUp = (): void => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', hangUp).on('close', hangUp);
    upstream.pipe(client);
    client.on('data', (bytes: Buffer) => {
      if (armed && armed.hits < armed.times && copied !== undefined) {
        copied += bytes.length;
        if (copied > armed.afterBytes) {
          armed.hits += 1;
          // Half of it arrives: a COPY without its end, as when a cable is pulled.
          upstream.write(bytes.subarray(0, bytes.length >> 1), hangUp);
          return;
        }
      }
      if (losing && losing.hits < losing.times && copied !== undefined && bytes.includes('commit')) {
        losing.hits += 1;
        upstream.unpipe(client);
        // The server's answer shows that the commit is done.
        upstream.once('data', hangUp).resume();
      }
      upstream.write(bytes);
      if (bytes.includes('copy "market_data"') || bytes.includes('copy pg_temp')) copied = 0;
      else if (bytes.includes('commit')) copied = undefined;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url(direct) {
      const url = new URL(direct);
      target = { host: url.hostname, port: Number(url.port || 5432) };
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    cutCopies(times, afterBytes = 0) {
      armed = { hits: 0, times, afterBytes };
      return armed;
    },
    loseCommits(times) {
      losing = { hits: 0, times };
      return losing;
    },
    cutAll() {
      const sockets = [...open];
      for (const socket of sockets) socket.destroy();
      return sockets.length;
    },
    calm: () => {
      armed = undefined;
      losing = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
