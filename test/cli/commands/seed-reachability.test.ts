import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import type { Reached } from '../../../cli/doctor/venues.ts';
import { type Contact, findings, hostsToReach, reachAll } from '../../../cli/seed/reachability.ts';
import { type Stage, stages } from '../../../cli/seed/stages.ts';
import { sources } from '../../../functions/sources/index.ts';
import { fakeApi, problem, type Received } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { doneChunk, job, ordered, view } from '../support/samples.ts';

const some = (...families: string[]): Stage[] =>
  stages.filter(({ family, source }) => source === undefined && families.includes(family));
const places = (contacts: readonly Contact[]): string[] => contacts.map(({ place }) => place).toSorted();
const unreachable: Reached = {
  kind: 'unreachable',
  error: new TypeError('fetch failed', { cause: new Error('gone') }),
};
const fine: Reached = { kind: 'answered', verdict: { kind: 'ok' } };

it('only the hosts of the stages that are left count, each once', () => {
  const contacts = hostsToReach(some('klines', 'funding'), sources, {}, []);
  expect(places(contacts)).toEqual([
    'api.binance.com',
    'api.bybit.com',
    'data.binance.vision',
    'fapi.binance.com',
  ]);
  const archive = contacts.find(({ place }) => place === 'data.binance.vision');
  expect(archive?.sources).toEqual(expect.arrayContaining(['klines_spot', 'funding_binance']));
  expect(archive!.sources).toEqual(['klines_spot', 'klines_perp', 'funding_binance']);
});

it('hosts are where the host of this machine finds them, and a missing key needs none', () => {
  const variables = { GORDON_BINANCE_SPOT_URL: 'https://data-api.binance.vision' };
  expect(places(hostsToReach(some('klines'), sources, variables, []))).toContain('data-api.binance.vision');
  expect(hostsToReach(some('macro'), sources, {}, [])).toEqual([]);
  expect(hostsToReach(some('macro'), sources, {}, ['FRED_API_KEY'])).toHaveLength(1);
});

it('a stage is left out when it reaches none of its hosts; one that answers is enough', () => {
  const left = some('klines', 'gex', 'macro');
  const contacts = hostsToReach(left, sources, {}, []);
  const with_ = (...reachable: string[]) =>
    findings(
      left,
      sources,
      contacts.map((c) => [c, reachable.includes(c.place) ? fine : unreachable] as const),
    );
  const partly = with_('data.binance.vision');
  expect([partly.without.map(({ family }) => family), partly.isCutOff]).toEqual([['gex'], false]);
  expect(partly.lines).toContain("www.deribit.com can't be reached: gone; needed by gex_deribit");
  expect(partly.lines).toHaveLength(3);
  expect(with_().isCutOff).toBe(true);
  expect(findings(some('macro'), sources, [])).toEqual({ lines: [], without: [], isCutOff: false });
});

it('a host that refuses the region is reached, and says what to do', () => {
  const [contact] = hostsToReach(some('klines'), sources, {}, []);
  const verdict = { kind: 'region', message: 'restricted location', remedy: 'Move.' } as const;
  expect(findings(some('klines'), sources, [[contact!, { kind: 'answered', verdict }]])).toEqual({
    lines: [
      `${contact!.place} answers, and refuses this address: restricted location; needed by ${contact!.sources.join(', ')}. Move.`,
    ],
    without: [],
    isCutOff: false,
  });
});

it('a host that is silent costs five seconds, however many there are', async () => {
  let open = 0;
  let most = 0;
  const hole = createServer((socket) => {
    most = Math.max(most, ++open);
    socket.on('error', () => {}).on('close', () => open--);
  }).listen(0, '127.0.0.1');
  await once(hole, 'listening');
  const base = `http://127.0.0.1:${(hole.address() as AddressInfo).port}`;
  const contacts = hostsToReach(stages, sources, {}, []).map((contact) => ({ ...contact, base }));
  const tried = await reachAll(contacts);
  // All were tried before the first was given up.
  expect(most).toBeGreaterThanOrEqual(contacts.length);
  hole.close();
  const { lines, isCutOff } = findings(stages, sources, tried);
  expect([lines.length, isCutOff]).toEqual([contacts.length, true]);
  for (const line of lines) expect(line).toContain("can't be reached: no answer within 5 s; needed by ");
});

it('a seed orders what it can, says what is left out, and fails in the end', async () => {
  await using api = await fakeApi({
    'POST /backfill': ({ body }: Received) =>
      (body as { source: string }).source === 'klines'
        ? { status: 202, body: ordered(view(job({ status: 'succeeded', rows: 1 }), [doneChunk('a', 1)])) }
        : problem(500, 'not-expected', 'only klines'),
    'GET /backfill/jobs/01JD6Z8X5Q0000000000000000': {
      body: view(job({ status: 'succeeded' }), [doneChunk('a', 1)]),
    },
    'GET /backfill/report': { body: [] },
    'GET /api/v3/klines': { body: [] },
  });
  const gone = 'http://127.0.0.1:1';
  const venueHosts = Object.fromEntries(
    hostsToReach(stages, sources, {}, []).map(({ request }) => [request.host.env, gone]),
  );
  const ports = { jobs: Number(new URL(api.url).port), candles: 0 };
  const ran = await gordon(['seed', '--skip', 'open_interest,metrics,sentiment,macro'], {
    api: api.url,
    host: {
      pid: 1,
      mode: 'live',
      ports,
      databaseUrl: '',
      readerUrl: '',
      startedAt: '',
      logFile: '',
      venueHosts: { ...venueHosts, GORDON_BINANCE_SPOT_URL: api.url },
    },
  });
  expect(ran.code).toBe(1);
  expect(ran.stderr.match(/can't be reached: /g)).toHaveLength(1);
  expect(ran.stderr).toContain(
    "gordon-data: funding: not ordered, none of its venues' hosts can be reached\n",
  );
  expect(ran.stderr).toContain("gordon-data: gex: not ordered, none of its venues' hosts can be reached\n");
  expect(api.received.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect(ran.stdout).toMatch(/klines .*succeeded\n/);
});
