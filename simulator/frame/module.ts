import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../functions/core/time/time.ts';
import type { Faults } from './faults/faults.ts';
import type { Outages } from './faults/outages.ts';
import type { Overrides } from './faults/overrides.ts';
import type { Restatements } from './faults/restatements.ts';
import type { Switches } from './faults/switches.ts';
import type { Limiter, LimitSpec } from './limiter.ts';

/** A request as a module sees it: the module's prefix is cut off, nothing is interpreted. */
export interface VenueRequest {
  readonly method: string;
  /** `METHOD /prefix/path?query` as it was sent, with the body after a space where there is one: what faults are matched with */
  readonly line: string;
  /** begins with `/`, percent-decoded */
  readonly path: string;
  /** decoded pairs in the order sent; a name sent twice is here twice */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** egress address: the first entry of `x-forwarded-for`, else the peer */
  readonly ip: string;
  /** simulated clock at arrival, epoch ms */
  readonly at: number;
}

export interface VenueAnswer {
  readonly status: number;
  /** lower-case names; `date` and `content-length` are the frame's */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** label under which the request is counted; the path if absent (set it where there are many paths) */
  readonly route?: string;
  /** what the request cost, for the request log */
  readonly weight?: number;
}

/** What one running simulator offers to its modules. */
export interface VenueContext {
  /** the simulated clock */
  readonly now: Clock;
  /** 32 bits made from the seed: the first argument of every noise function */
  readonly seed: number;
  /** where big generated files may be kept between runs; absent: keep them in memory */
  readonly cacheDir: string | undefined;
  readonly limiter: Limiter;
  readonly faults: Faults;
  readonly outages: Outages;
  readonly overrides: Overrides;
  readonly restatements: Restatements;
  readonly switches: Switches;
  /** One value per running simulator and key: how modules of a venue share a market or a cache. */
  shared<T>(key: string, make: () => T): T;
}

export type VenueHandler = (request: VenueRequest) => VenueAnswer | Promise<VenueAnswer>;

export interface TruthQuery {
  readonly market: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly start: number;
  readonly end: number;
}

/** One host of a venue. A venue with several hosts is several modules. */
export interface VenueModule {
  /** such as `binance-spot`; unique */
  readonly id: string;
  /** first path segment(s), begins with `/`, such as `/binance-spot` */
  readonly prefix: string;
  /** environment variable that points the adapters here, such as `GORDON_BINANCE_SPOT_URL` */
  readonly env: string;
  /** the key that the simulated venue requires, under the variable that the adapters read it from; it is valid nowhere else */
  readonly key?: { readonly env: string; readonly value: string };
  /** counted limits, declared so that `/_control/limits` can change them */
  readonly limits?: readonly LimitSpec[];
  /** called once per running simulator */
  open(context: VenueContext): VenueHandler;
  /** the venue's own body for a refusal that a fault injects; without it a plain page is sent */
  refusal?(status: number, now: number): VenueAnswer | undefined;
  /** rows that this module would serve, `[start, end)`, for `/_control/truth`; undefined: not my market */
  truth?(query: TruthQuery, context: VenueContext): readonly unknown[] | undefined;
}
