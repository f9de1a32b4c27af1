import { json } from '../frame/answer.ts';
import type { VenueAnswer } from '../frame/module.ts';

/** Bybit refuses with HTTP 200 and its own code in the body. */
export class BybitRefusal extends Error {
  readonly code: number;
  readonly result: unknown;

  constructor(code: number, message: string, result: unknown = {}) {
    super(message);
    this.code = code;
    this.result = result;
  }
}

export const badParameter = (message: string, result?: unknown): BybitRefusal =>
  new BybitRefusal(10001, message, result);

export function envelope(
  now: number,
  result: unknown,
  { code = 0, message = 'OK', status = 200, headers = {} }: Partial<EnvelopeHead> = {},
): VenueAnswer {
  return json(
    { retCode: code, retMsg: message, result, retExtInfo: {}, time: now },
    { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } },
  );
}

interface EnvelopeHead {
  readonly code: number;
  readonly message: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Over 600 requests in 5 seconds from one address. No Retry-After; only the body distinguishes it from a country block. */
export const tooFrequent = (): VenueAnswer => ({
  status: 403,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'access too frequent',
});

const COUNTRY_BLOCK = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>ERROR: The request could not be satisfied</TITLE>
</HEAD><BODY>
<H1>403 ERROR</H1>
<H2>The request could not be satisfied.</H2>
<HR noshade size="1px">
The Amazon CloudFront distribution is configured to block access from your country.
</BODY></HTML>
`;

/**
 * Bodies of the refusals that a fault injects. Status 200 gives retCode 10006, the limit that Bybit reports inside a
 * good answer; 403 gives the country block (the limit's own 403 comes from really sending too much).
 */
export function refusal(status: number, now: number): VenueAnswer | undefined {
  if (status === 403) return { status, headers: { 'content-type': 'text/html' }, body: COUNTRY_BLOCK };
  if (status === 429) {
    return envelope(now, {}, { status, code: 10429, message: 'System level frequency protection.' });
  }
  if (status === 200) {
    const headers = {
      'x-bapi-limit': '10',
      'x-bapi-limit-status': '0',
      'x-bapi-limit-reset-timestamp': String(now + 1_000),
    };
    const message = 'Too many visits. Exceeded the API Rate Limit.';
    return envelope(now, {}, { code: 10006, message, headers });
  }
  return undefined;
}
