import type {
  Host,
  HttpRequest,
  JsonBody,
  LimitFamily,
  RawAnswer,
  Venue,
  Verdict,
} from '../../core/series/venue.ts';
import { MINUTE } from '../../core/time/time.ts';
import { judgeRest } from '../rest/judge.ts';

/** The host of Hyperliquid. The environment variable points it at a mirror or at the simulator. */
export const hyperliquidHost = {
  env: 'GORDON_HYPERLIQUID_URL',
  url: 'https://api.hyperliquid.xyz',
} as const satisfies Host;

/** 1200 weight a minute for an address, over all kinds of information. No header counts it. */
export const hyperliquidFamily = {
  id: 'hyperliquid',
  limit: 1200,
  windowMs: MINUTE,
} as const satisfies LimitFamily;

/** Hyperliquid's `POST /info`. Its refusals are statuses with next to nothing in them. */
export const hyperliquid: Venue = {
  id: 'hyperliquid',
  judge(answer: RawAnswer): Verdict {
    const { status, text } = answer;
    // A coin that it does not know ends in an error of the server whose body is `null`. Not verified against the live venue.
    if (status === 500 && text.trim() === 'null') {
      return { kind: 'unknown-symbol', message: 'HTTP 500: null' };
    }
    // Over the limit the body is `null` as well, and nothing says how long to wait: a window.
    return judgeRest(answer, hyperliquidHost);
  },
};

/** What every kind of information costs beside its rows. */
const BASE_WEIGHT = 20;

/**
 * A request for information. What it costs depends on the rows that come: it is charged for the most that can.
 * @param rows how many can come, and for how many of them a unit is counted
 */
export const info = (
  json: JsonBody,
  symbol?: string,
  rows: { readonly most: number; readonly each: number } = { most: 0, each: 1 },
): HttpRequest => ({
  venue: hyperliquid,
  host: hyperliquidHost,
  family: hyperliquidFamily,
  path: '/info',
  weight: BASE_WEIGHT + Math.ceil(rows.most / rows.each),
  json,
  ...(symbol !== undefined && { symbol }),
});
