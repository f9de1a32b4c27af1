import { describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../../functions/core/series/venue.ts';
import { MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { bybit } from '../../../functions/sources/bybit/venue.ts';

const now = Date.UTC(2025, 2, 1, 6, 0);
const judge = (status: number, text: string, headers: Record<string, string> = {}) => {
  const answer: RawAnswer = { status, text, headers: { date: new Date(now).toUTCString(), ...headers } };
  return bybit.judge(answer);
};
const said = (retCode: number, retMsg: string): string =>
  JSON.stringify({ retCode, retMsg, result: {}, retExtInfo: {}, time: now });

describe('what Bybit says', () => {
  it.each(['OK', 'success', 'SUCCESS', ''])('is good at retCode 0, whatever the words (%s)', (words) => {
    expect(judge(200, said(0, words))).toEqual({ kind: 'ok' });
  });

  it('is a limit of the family at 10006, until the reset of its header by the venue’s clock', () => {
    const words = said(10006, 'Too many visits. Exceeded the API Rate Limit.');
    const limited = { kind: 'limited', scope: 'family' };
    const until = (at: number) => ({ 'x-bapi-limit-reset-timestamp': String(at) });
    expect(judge(200, words, until(now + 4_200))).toMatchObject({ ...limited, waitMs: 4_200 });
    // It equals the present where no limit is reported, and may be of another time altogether.
    expect(judge(200, words, until(now))).toMatchObject({ ...limited, waitMs: SECOND });
    expect(judge(200, words, until(now + 86_400_000))).toMatchObject({ ...limited, waitMs: 10 * MINUTE });
    expect(judge(200, words)).toMatchObject({ ...limited, waitMs: SECOND });
  });

  it('starts a cooldown of the venue for ten minutes when too much was sent', () => {
    expect(judge(403, 'access too frequent')).toMatchObject({
      kind: 'limited',
      scope: 'venue',
      waitMs: 10 * MINUTE,
      message: expect.stringContaining('access too frequent'),
    });
    expect(judge(403, '{"retCode":403,"retMsg":"Access too frequent."}')).toMatchObject({
      waitMs: 10 * MINUTE,
    });
  });

  it('is a refused region on the page of the CDN, with what to do', () => {
    const page =
      '<HTML><H1>403 ERROR</H1>The Amazon CloudFront distribution is configured to block access from your country.</HTML>';
    expect(judge(403, page)).toMatchObject({
      kind: 'region',
      message: expect.stringContaining('block access from your country'),
      remedy: expect.stringMatching(/another region.*GORDON_BYBIT_URL=https:\/\/api\.bytick\.com/),
    });
  });

  it('is our fault when a 403 has a code and names no country', () => {
    expect(judge(403, said(10001, 'Forbidden.'))).toMatchObject({ kind: 'refused' });
  });

  it.each([
    [10001, 'params error: symbol invalid'],
    [10001, 'Not supported symbols'],
    [10029, 'The requested symbol is not whitelisted.'],
  ])('is an unknown symbol at %i "%s"', (code, words) => {
    expect(judge(200, said(code, words))).toMatchObject({ kind: 'unknown-symbol' });
  });

  it.each([
    [200, said(10001, 'params error: Category is invalid')],
    [200, said(10001, 'Invalid period!')],
    [404, said(10017, 'Route not found.')],
    [400, 'Bad Request'],
  ])('is a refusal of the request at %i %s', (status, text) => {
    expect(judge(status, text)).toMatchObject({ kind: 'refused' });
  });

  it.each([
    [200, said(10000, 'Server Timeout')],
    [200, said(10016, 'Server error.')],
    [503, '<html>Service Temporarily Unavailable</html>'],
    [200, '<html>a proxy asks for a login</html>'],
    [200, ''],
  ])('is a broken venue at %i %s', (status, text) => {
    expect(judge(status, text)).toMatchObject({ kind: 'broken' });
  });

  it('holds the family back at 429', () => {
    expect(judge(429, said(10429, 'System level frequency protection.'))).toMatchObject({
      kind: 'limited',
      scope: 'family',
    });
  });
});
