import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The way to the database with a meter on it: what the program sends, as the protocol's messages. */
export interface DatabaseTap {
  /** the same database, by this way */
  url(direct: string): string;
  /** statements in the order they were executed, white space folded; from all connections */
  readonly statements: readonly string[];
  /** bytes of rows inside COPY, without the messages' own five each */
  readonly copied: number;
  clear(): void;
  close(): Promise<void>;
}

const SSL_REQUEST = 80_877_103;

export async function startDatabaseTap(): Promise<DatabaseTap> {
  let target = { host: '127.0.0.1', port: 0 };
  const seen = { statements: [] as string[], copied: 0 };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target);
    const read = reader(seen);
    open.add(client);
    const hangUp = (): void => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client.setNoDelay(), upstream.setNoDelay()])
      socket.on('error', hangUp).on('close', hangUp);
    client.on('data', read);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    get statements() {
      return seen.statements;
    },
    get copied() {
      return seen.copied;
    },
    url(direct) {
      const url = new URL(direct);
      target = { host: url.hostname, port: Number(url.port || 5432) };
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    clear() {
      Object.assign(seen, { statements: [], copied: 0 });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Reads one connection's frontend messages: a type, a length that counts itself, a body. */
function reader(seen: { statements: string[]; copied: number }): (bytes: Buffer) => void {
  const prepared = new Map<string, string>();
  let bound = '';
  let started = false;
  let rest: Buffer = Buffer.alloc(0);

  /** @returns length of the message at the front of `rest`, or undefined when not all of it has come */
  function startup(): number | undefined {
    if (rest.length < 8) return undefined;
    const length = rest.readInt32BE(0);
    if (rest.length < length) return undefined;
    // The client requests encryption; the startup itself comes after the server's no.
    started = rest.readInt32BE(4) !== SSL_REQUEST;
    return length;
  }

  function message(): number | undefined {
    if (rest.length < 5) return undefined;
    const length = 1 + rest.readInt32BE(1);
    if (rest.length < length) return undefined;
    const body = rest.subarray(5, length);
    const [first, second] = textsOf(body);
    const kind = String.fromCharCode(rest[0]!);
    if (kind === 'Q') seen.statements.push(first);
    else if (kind === 'P') prepared.set(first, second);
    else if (kind === 'B') bound = prepared.get(second)!;
    else if (kind === 'E') seen.statements.push(bound);
    else if (kind === 'd') seen.copied += body.length;
    return length;
  }

  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let length: number | undefined; ; rest = rest.subarray(length)) {
      length = started ? message() : startup();
      if (length === undefined) return;
    }
  };
}

/** The first two texts of a body; each ends with a zero. */
function textsOf(body: Buffer): [string, string] {
  const end = body.indexOf(0);
  if (end < 0) return ['', ''];
  const next = body.indexOf(0, end + 1);
  const text = (from: number, to: number): string =>
    body.toString('utf8', from, Math.max(from, to)).replace(/\s+/g, ' ').trim();
  return [text(0, end), text(end + 1, next)];
}
