import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { json } from '../frame/answer.ts';
import type { VenueAnswer } from '../frame/module.ts';

/** A refusal in Binance's own words. */
export class BinanceRefusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, msg: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(msg);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }

  answer(headers: Readonly<Record<string, string>>): VenueAnswer {
    return json(
      { code: this.code, msg: this.message },
      { status: this.status, headers: { ...headers, ...this.headers } },
    );
  }
}

export const missing = (name: string): BinanceRefusal =>
  new BinanceRefusal(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const illegal = (name: string, range: string): BinanceRefusal =>
  new BinanceRefusal(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`);
export const invalid = (name: string): BinanceRefusal =>
  new BinanceRefusal(-1130, `Data sent for parameter '${name}' is not valid.`);
export const badSymbol = (): BinanceRefusal => new BinanceRefusal(-1121, 'Invalid symbol.');
export const badInterval = (): BinanceRefusal => new BinanceRefusal(-1120, 'Invalid interval.');

const UNKNOWN = 'An unknown error occurred while processing the request.';
const RESTRICTED =
  "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. " +
  'Please contact customer service if you believe you received this message in error.';

/** What a `status` fault looks like on a REST host with this many units of weight a minute. */
export function restRefusal(limit: number): (status: number, now: number) => VenueAnswer | undefined {
  return (status, now) => {
    if (status === 451) return json({ code: 0, msg: RESTRICTED }, { status });
    if (status === 418) return banned(now + 2 * MINUTE, now).answer({});
    if (status === 429) {
      const waitMs = MINUTE - (now % MINUTE);
      return tooMany({ unit: 'weight', limit, windowMs: MINUTE, ip: '', waitMs }).answer({});
    }
    if (status === 500) return json({ code: -1000, msg: UNKNOWN }, { status });
    return undefined;
  };
}

interface Overrun {
  readonly unit: 'weight' | 'requests';
  readonly limit: number;
  readonly windowMs: number;
  readonly ip: string;
  readonly waitMs: number;
}

/** 429. The two texts mean different budgets: weight, or a count of requests. */
export function tooMany({ unit, limit, windowMs, ip, waitMs }: Overrun): BinanceRefusal {
  const minutes = windowMs / MINUTE;
  const msg =
    unit === 'weight'
      ? `Too much request weight used; current limit is ${limit} request weight per ${minutes} MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`
      : `Too many requests; current limit of IP(${ip}) is ${limit} requests per ${minutes} minute. Please use the websocket for live updates to avoid polling the API.`;
  return new BinanceRefusal(-1003, msg, 429, { 'retry-after': String(Math.ceil(waitMs / SECOND)) });
}

/** 418. The text gives epoch ms, the header seconds. */
export const banned = (until: number, now: number): BinanceRefusal =>
  new BinanceRefusal(
    -1003,
    `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
    418,
    { 'retry-after': String(Math.max(1, Math.ceil((until - now) / SECOND))) },
  );
