import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way to the database, which can be cut. */
export interface Wire {
  /** the same database, by this way */
  url(direct: string): string;
  /** cuts connections in the middle of a COPY, when so many bytes of rows have passed; @returns how many it has cut */
  cutCopies(times: number, afterBytes?: number): { readonly hits: number };
  /** cuts connections when a COMMIT has gone out and before its answer comes in: done, and nobody knows */
  loseCommits(times: number): { readonly hits: number };
  /** cuts all at once */
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
          // Half of it arrives: rows without an end, as when a cable is pulled.
          upstream.write(bytes.subarray(0, bytes.length >> 1), hangUp);
          return;
        }
      }
      if (losing && losing.hits < losing.times && copied !== undefined && bytes.includes('commit')) {
        losing.hits += 1;
        upstream.unpipe(client);
        // The server's word is the sign that it is done.
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
