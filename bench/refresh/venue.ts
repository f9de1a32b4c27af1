/**
 * A process that answers like Binance about the newest minutes of as many symbols as are wanted: the simulator has a dozen, and
 * its own work would be measured with ours. It has no archive. Its clock is the bench's, which sends it.
 */
import { createServer, type ServerResponse } from 'node:http';

const MINUTE = 60_000;
const symbols = Number(process.argv[2]);
let now = Date.now();

/** `S0001USDT` */
const nameOf = (i: number): string => `S${String(i).padStart(4, '0')}USDT`;

const listed = (futures: boolean): string =>
  JSON.stringify({
    timezone: 'UTC',
    serverTime: 0,
    symbols: Array.from({ length: symbols }, (_, i) => ({
      symbol: nameOf(i),
      pair: nameOf(i),
      status: 'TRADING',
      baseAsset: nameOf(i).slice(0, -4),
      quoteAsset: 'USDT',
      ...(futures && {
        contractType: 'PERPETUAL',
        marginAsset: 'USDT',
        onboardDate: 0,
        deliveryDate: 4133404800000,
      }),
    })),
  });
const lists = { '/api/v3/exchangeInfo': listed(false), '/fapi/v1/exchangeInfo': listed(true) };

function klines(query: URLSearchParams): string {
  const start = Math.ceil(Number(query.get('startTime')) / MINUTE) * MINUTE;
  const end = Math.min(Number(query.get('endTime') ?? now), now);
  const rows: string[] = [];
  for (let at = start; at <= end && rows.length < Number(query.get('limit') ?? 500); at += MINUTE) {
    rows.push(
      `[${at},"101.50000000","103.25000000","99.75000000","102.00000000","12.34500000",${at + MINUTE - 1},"1259.19000000",321,"6.10000000","622.20000000","0"]`,
    );
  }
  return `[${rows.join(',')}]`;
}

let used = 0;
let window = 0;

function answer(url: URL, response: ServerResponse): void {
  const { pathname, searchParams } = url;
  if (window !== Math.floor(now / MINUTE)) [window, used] = [Math.floor(now / MINUTE), 0];
  used += pathname.startsWith('/api') ? 2 : 1;
  const body =
    lists[pathname as keyof typeof lists] ??
    (pathname.endsWith('/klines') ? klines(searchParams) : undefined);
  response.writeHead(body === undefined ? 404 : 200, {
    'content-type': 'application/json;charset=UTF-8',
    date: new Date(now).toUTCString(),
    'x-mbx-used-weight-1m': String(pathname.startsWith('/api') ? used : 0),
  });
  response.end(body ?? '');
}

const server = createServer((request, response) =>
  answer(new URL(request.url ?? '/', 'http://venue'), response),
);
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => process.send!((server.address() as { port: number }).port));
process.on('message', (at: number) => {
  now = at;
});
process.on('disconnect', () => process.exit(0));
