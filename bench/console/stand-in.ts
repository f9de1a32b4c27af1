import { createServer } from 'node:http';
import { consolePage } from '../../console/serve/page.ts';
import { fileAnswer } from '../../console/serve/page-answer.ts';
import { DAY, isoDay } from '../../functions/core/time/time.ts';
import { sendWhole } from '../../host/http/send-whole.ts';
import { listen } from '../../host/os/ports.ts';

export interface StandIn {
  readonly url: string;
  /** of every request for rows or states, in order */
  readonly answers: { readonly path: string; readonly status: number }[];
  close(): Promise<void>;
}

/** The console in front of answers that never change: as many series of as many days as named, most of them with holes. */
export async function serveConsole(series: number, days: number): Promise<StandIn> {
  const page = consolePage();
  const answers: StandIn['answers'][number][] = [];
  const known = new Map(Object.entries(answersFor(series, days)));
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://local');
    const file = await page(pathname);
    if (file) {
      const { statusCode, headers, body } = await fileAnswer(file, request.headers);
      response.writeHead(statusCode, headers).end(body);
      return;
    }
    const body = known.get(pathname);
    const status = body === undefined ? 404 : 200;
    sendWhole(request, response, status, { 'content-type': 'application/json' }, body ?? '{}');
    response.once('finish', () => answers.push({ path: pathname, status: response.statusCode }));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The texts of the API's answers, by path. */
function answersFor(series: number, days: number): Record<string, string> {
  const today = Math.floor(Date.now() / DAY) * DAY;
  const all = Array.from({ length: series }, (_, n) => seriesOf(n, today, days));
  const empty = JSON.stringify([]);
  return {
    '/backfill/coverage': JSON.stringify(all),
    '/backfill/report': empty,
    '/backfill/series': empty,
    '/healthz': JSON.stringify({
      status: 'ok',
      checks: { database: { ok: true }, job_table: { ok: true } },
      simulated: true,
    }),
  };
}

/** A hole each month, at another day for each series. */
function seriesOf(n: number, today: number, days: number) {
  const start = today - days * DAY;
  const runs = [];
  for (let at = start; at < today; at += 30 * DAY) {
    const hole = at + ((n * 7) % 25) * DAY;
    runs.push(
      run(at, hole, 1_440, 0),
      run(hole, hole + DAY, 1_000, 440),
      run(hole + DAY, at + 30 * DAY, 1_440, 0),
    );
  }
  return {
    source: n % 2 === 0 ? 'klines_spot' : 'klines_perp',
    symbol: `S${n}USDT`,
    timeframe: '1m',
    from: isoDay(start),
    to: isoDay(today),
    runs: runs.filter(({ buckets }) => buckets > 0),
  };
}

const run = (from: number, to: number, have: number, missing: number) => ({
  from: isoDay(from),
  to: isoDay(to),
  buckets: (to - from) / DAY,
  have,
  missing,
  empty: {},
  failed: 0,
  in_flight: 0,
});
