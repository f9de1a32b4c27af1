import { type Clock, floorTo, SECOND } from '../../../functions/core/time/time.ts';
import { TimedOut } from '../../../functions/runtime/venues/read-answer.ts';
import { binanceHosts } from '../../../functions/sources/binance/hosts.ts';
import { coinMetricsHost } from '../../../functions/sources/coinmetrics/venue.ts';
import { deribitHost } from '../../../functions/sources/deribit/venue.ts';
import { FAMILY as SPOT_FAMILY, LIMIT as SPOT_LIMIT } from '../../../simulator/binance-spot/index.ts';
import { FAMILIES } from '../../../simulator/binance-usdm/families.ts';
import { htmlPage } from '../../../simulator/frame/answer.ts';
import { Limiter } from '../../../simulator/frame/limiter.ts';
import type { VenueAnswer, VenueRequest } from '../../../simulator/frame/module.ts';
import { hash32, seedOf, streamOf } from '../../../simulator/numbers/noise.ts';
import { type FaultOf, type Host, ofKind, type VenueFault, type VenueFaultKind } from '../../faults/fault.ts';
import type { BaseSymbol } from '../market/book.ts';
import { Content } from '../market/content.ts';
import { Values } from '../market/values.ts';
import { ArchiveFiles } from './archive.ts';
import type { Stock } from './klines.ts';
import { COINMETRICS, marketCapAnswer } from './market-cap.ts';
import { binanceAnswer, DERIBIT, deribitAnswer } from './rest.ts';
import { spoil, Traffic } from './traffic.ts';

export interface WireVenueOptions {
  readonly seed: number | string;
  readonly base: readonly BaseSymbol[];
  /** part of their usual limits that the hosts allow; all by default */
  readonly limits?: number | undefined;
  /** more can come with time: see `add` */
  readonly faults?: readonly VenueFault[];
  /** virtual time; the venue's own clock may be skewed against it */
  readonly clock: Clock;
  /** a fault has had an effect on a request */
  readonly struck?: (kind: VenueFaultKind) => void;
}

/** An answer as it arrives. */
export interface Arrived {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Logged {
  readonly at: number;
  readonly host: Host;
  /** path, with the query where there is one */
  readonly what: string;
  /** 0: no answer */
  readonly status: number;
}

/** The usual time from request to answer: at least this many ms, at most twice that. */
const LATENCY = 30;
const LATENCY_MORE = 120;
/** After this long a client gives up. */
const PATIENCE = 20 * SECOND;
/** All our workers leave through one address. */
const ADDRESS = 'ours';

const HOSTS: readonly (readonly [url: string, host: Host])[] = [
  [binanceHosts.spot.url, 'spot'],
  [binanceHosts.usdm.url, 'usdm'],
  [binanceHosts.archive.url, 'archive'],
  [binanceHosts.listing.url, 'listing'],
  [deribitHost.url, 'deribit'],
  [coinMetricsHost.url, 'coinmetrics'],
];

/** The listing's URL is longer than its host: the longest that fits is meant. */
const LONGEST_FIRST = HOSTS.toSorted(([a], [b]) => b.length - a.length);

/** A venue in virtual time: it speaks the wire formats, counts by its own clock and goes wrong as its faults have it. */
export class WireVenue {
  readonly stock: Stock;
  readonly log: Logged[] = [];
  /** limits that were exceeded by its own count although nothing else used the address, in words */
  readonly breaches: string[] = [];
  readonly #files: ArchiveFiles;
  readonly #limiter: Limiter;
  readonly #traffic: Traffic;
  readonly #clock: Clock;
  readonly #latencies: number;
  /** windows in which another program on the address has used its share */
  readonly #shared = new Set<string>();
  #requests = 0;
  #skews: { readonly of: readonly VenueFault[]; readonly skews: readonly FaultOf<'clock-skew'>[] } = {
    of: [],
    skews: [],
  };

  constructor({ seed, base, faults = [], clock, limits = 1, struck = () => undefined }: WireVenueOptions) {
    const number = seedOf(seed);
    this.stock = { content: new Content(base, faults), values: new Values(number) };
    this.#files = new ArchiveFiles(this.stock);
    this.#traffic = new Traffic(number, struck);
    this.#latencies = streamOf(number, 'latency');
    this.#clock = clock;
    this.#limiter = new Limiter(this.now);
    const families = [
      { id: SPOT_FAMILY, limit: SPOT_LIMIT, windowMs: 60 * SECOND },
      ...Object.values(FAMILIES),
      DERIBIT,
      COINMETRICS,
    ];
    for (const one of families) this.#limiter.declare({ ...one, limit: limitWithin(one, limits) });
  }

  get faults(): readonly VenueFault[] {
    return this.stock.content.faults;
  }

  get requests(): number {
    return this.#requests;
  }

  add(fault: VenueFault): void {
    this.stock.content.add(fault);
  }

  /** A file of the archive as it is now; undefined where there is none, or a damaged one. */
  fileOf(path: string): { readonly modified: number; readonly sha256: string } | undefined {
    return this.#files.stateOf(path, this.now());
  }

  /** The venue's own clock. */
  readonly now = (): number => {
    const at = this.#clock();
    let now = at;
    for (const { at: from, until, ms } of this.#skewed()) if (from <= at && at < until) now += ms;
    return now;
  };

  #skewed(): readonly FaultOf<'clock-skew'>[] {
    if (this.#skews.of !== this.faults)
      this.#skews = { of: this.faults, skews: ofKind(this.faults, 'clock-skew') };
    return this.#skews.skews;
  }

  /**
   * Answers a GET.
   * @param sleep lets virtual time go by for those that wait
   * @throws as a connection does that fails, and `TimedOut`
   */
  async answer(url: string, sleep: (ms: number) => Promise<unknown>): Promise<Arrived> {
    const nth = this.#requests++;
    const { host, path } = hostOf(url);
    const latency = LATENCY + (hash32(this.#latencies, nth) % LATENCY_MORE);
    // Clocks count whole milliseconds.
    const there = latency >> 1;
    await sleep(there);
    const fate = this.#traffic.fateOf(this.faults, host, nth, this.#clock());
    const note = (status: number) => this.log.push({ at: this.#clock(), host, what: path, status });
    if (fate.refused === 'connection') {
      note(0);
      throw new Error(`connect ECONNREFUSED ${host}`);
    }
    const own = this.#answer(
      host,
      path,
      fate.answer ?? (fate.refused && htmlPage(503, 'Service Unavailable')),
    );
    const answer = fate.spoilt && own.status === 200 && isText(host) ? spoil(own, fate.spoilt) : own;
    note(fate.lost ? 0 : answer.status);
    const date = new Date(floorTo(this.now(), SECOND)).toUTCString();
    await sleep(latency - there + fate.lateMs + (fate.lost === 'timeout' ? PATIENCE : 0));
    if (fate.lost === 'timeout') throw new TimedOut(`no answer within ${PATIENCE / SECOND} s`);
    if (fate.lost === 'connection') throw new Error('socket hang up');
    if (fate.lateMs >= PATIENCE) throw new TimedOut(`no answer within ${PATIENCE / SECOND} s`);
    const body = typeof answer.body === 'string' ? UTF8.encode(answer.body) : answer.body;
    return { status: answer.status, headers: { date, ...answer.headers }, body };
  }

  #answer(host: Host, path: string, instead: VenueAnswer | undefined): VenueAnswer {
    if (instead) return instead;
    const at = this.now();
    const cut = path.indexOf('?');
    const name = decodeURI(cut < 0 ? path : path.slice(0, cut));
    const query = cut < 0 ? [] : pairsIn(path.slice(cut + 1));
    if (host === 'archive') return this.#files.answer(name, at);
    if (host === 'listing') return this.#files.list(new Map(query), at);
    const request: VenueRequest = {
      method: 'GET',
      line: `GET ${path}`,
      path: name,
      query,
      headers: {},
      body: '',
      ip: ADDRESS,
      at,
    };
    this.#shareLimits(at);
    const answer = this.#apiAnswer(host, request);
    if ((answer.status === 429 || answer.status === 418) && !this.#isExcused(at)) {
      this.breaches.push(`${answer.status} for ${path} at ${new Date(at).toISOString()}`);
    }
    return answer;
  }

  #apiAnswer(host: Host, request: VenueRequest): VenueAnswer {
    if (host === 'deribit') return deribitAnswer(this.stock, this.#limiter, request);
    if (host === 'coinmetrics') return marketCapAnswer(this.stock, this.#limiter, request);
    return binanceAnswer(this.stock, this.#limiter, host === 'spot' ? 'spot' : 'um', request);
  }

  /** What another program on the same address has used of the present windows. */
  #shareLimits(at: number): void {
    for (const fault of ofKind(this.faults, 'throttle')) {
      if (at < fault.at || at >= fault.until) continue;
      const { limit, windowMs } = this.#limiter.spec(fault.family);
      const window = `${fault.id} ${Math.floor(at / windowMs)}`;
      if (this.#shared.has(window)) continue;
      this.#shared.add(window);
      this.#limiter.take(fault.family, ADDRESS, Math.floor(limit * fault.share));
    }
  }

  /** Other programs, a clock that jumps, or a ban that they earned are no fault of ours; nor is what follows for an hour. */
  #isExcused(at: number): boolean {
    return this.faults.some(
      (fault) =>
        (fault.kind === 'throttle' || fault.kind === 'clock-skew') &&
        fault.at - AFTERMATH <= at &&
        at < fault.until + AFTERMATH,
    );
  }
}

const UTF8 = new TextEncoder();

const AFTERMATH = 60 * 60 * SECOND;

/** The heaviest request of a host must fit into nine tenths of a window. */
const HEAVIEST: Readonly<Record<string, number>> = { 'binance-usdm': 60, [SPOT_FAMILY]: 100 };
const LEAST = 3;

/** A limit of which a host allows a part only. */
export const limitWithin = (
  { id, limit }: { readonly id: string; readonly limit: number },
  part: number,
): number => Math.min(limit, Math.max(HEAVIEST[id] ?? LEAST, Math.ceil(limit * part)));

/** The pairs of a query. Most have nothing that is escaped, and are read much faster so. */
function pairsIn(query: string): [name: string, value: string][] {
  if (/[%+]/.test(query)) return [...new URLSearchParams(query)];
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
}

const isText = (host: Host): boolean => host !== 'archive';

function hostOf(url: string): { readonly host: Host; readonly path: string } {
  const found = LONGEST_FIRST.find(([base]) => url.startsWith(base));
  if (!found) throw new Error(`${url} is of no host that is simulated`);
  return { host: found[1], path: url.slice(found[0].length) || '/' };
}
