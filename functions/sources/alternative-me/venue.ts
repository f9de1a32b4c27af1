import type { Host, LimitFamily, Venue } from '../../core/series/venue.ts';
import { MINUTE } from '../../core/time/time.ts';
import { judgeRest } from '../rest/judge.ts';

export const alternativeMeHost = {
  env: 'GORDON_ALTERNATIVE_ME_URL',
  url: 'https://api.alternative.me',
} as const satisfies Host;

/** 60 requests a minute, as its documentation says. */
export const alternativeMeFamily = {
  id: 'alternative-me',
  limit: 60,
  windowMs: MINUTE,
} as const satisfies LimitFamily;

export const alternativeMe: Venue = {
  id: 'alternative-me',
  judge: (answer) => judgeRest(answer, alternativeMeHost),
};
