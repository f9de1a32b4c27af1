import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { Spent } from '../frame/limiter.ts';
import type { VenueContext, VenueRequest } from '../frame/module.ts';
import { banned, tooMany } from './errors.ts';

/** Calls over the weight limit in one minute that are only refused; the next one starts a ban. */
export const GRACE = 10;
/** From 2 minutes to 3 days; the steps between are this simulator's. */
export const BAN_LENGTHS = [2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY];

export interface Charge {
  /** who bans: the whole host */
  readonly scope: string;
  readonly family: string;
  readonly weight: number;
  /** what `weight` counts */
  readonly unit: 'weight' | 'requests';
  /** defaults to `GRACE` */
  readonly grace?: number;
}

/**
 * Charges a request to a family of the address.
 * @throws BinanceRefusal 429 over the limit, 418 while banned or when a client keeps calling over the limit
 */
export function charge(
  { limiter }: Pick<VenueContext, 'limiter'>,
  request: Pick<VenueRequest, 'ip' | 'at'>,
  charged: Charge,
): Spent {
  const { scope, family, weight, unit, grace = GRACE } = charged;
  const now = request.at;
  if (limiter.bannedUntil(scope, request.ip) !== undefined) {
    throw banned(limiter.prolong(scope, request.ip, BAN_LENGTHS), now);
  }
  const spent = limiter.take(family, request.ip, weight);
  if (spent.allowed) return spent;
  const until = limiter.strike(scope, request.ip, BAN_LENGTHS, grace, spent.resetAt);
  if (until !== undefined) throw banned(until, now);
  const { windowMs } = limiter.spec(family);
  throw tooMany({ unit, limit: spent.limit, windowMs, ip: request.ip, waitMs: spent.resetAt - now });
}
