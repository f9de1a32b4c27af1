import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A process between the host and the simulator: `mirror.ts URL`. Every symbol `G000USDT` to `G999USDT` is answered with
 * BTCUSDT's rows, because making a thousand different files takes the simulator longer than loading them. No row of a file
 * has a symbol in it; the names in checksum lines and lists are those of the request. Files are kept in memory.
 */
const MODEL = 'BTCUSDT';
const COPIES = /\bG\d{3}USDT\b/g;
const KEPT_HEADERS = /^(?:date|etag|last-modified|content-type|x-mbx-)/;

interface Kept {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const upstream = process.argv[2]!;
const files = new Map<string, Promise<Kept>>();

async function load(path: string): Promise<Kept> {
  const answer = await fetch(`${upstream}${path}`);
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => KEPT_HEADERS.test(name)));
  return { status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) };
}

function find(path: string): Promise<Kept> {
  if (!/\.zip(?:\.CHECKSUM)?$/.test(path)) return load(path);
  const known = files.get(path);
  if (known) return known;
  const loading = load(path);
  files.set(path, loading);
  loading.then(
    ({ status }) => status === 200 || files.delete(path),
    () => files.delete(path),
  );
  return loading;
}

async function reply(url: string, response: ServerResponse): Promise<void> {
  const [symbol] = url.match(COPIES) ?? [];
  const { status, headers, body } = await find(url.replaceAll(COPIES, MODEL));
  const named = symbol && !url.endsWith('.zip') ? body.toString().replaceAll(MODEL, symbol) : body;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(named) }).end(named);
}

const server = createServer((request, response) => {
  reply(request.url!, response).catch((error: unknown) => {
    console.error('mirror:', error);
    response.writeHead(502).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
// A parent that is killed closes its IPC channel.
process.on('disconnect', () => process.exit(0));
