import { describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../../functions/core/series/venue.ts';
import { DAY, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { binance, binanceArchive } from '../../../functions/sources/binance/venue.ts';

const now = Date.UTC(2022, 6, 30, 6, 0);
const answer = (status: number, text: string, headers: Record<string, string> = {}): RawAnswer => ({
  status,
  text,
  headers: { date: new Date(now).toUTCString(), ...headers },
});
const refusal = (code: number, msg: string): string => JSON.stringify({ code, msg });
const page =
  '<!DOCTYPE html><html><head><title>ERROR</title></head><body>The request could not be satisfied.</body>';

describe('what Binance says', () => {
  const judge = (...args: Parameters<typeof answer>) => binance.judge(answer(...args));

  it('is taken as it is where it went well', () => {
    expect(judge(200, '[[1499040000000,"0.1"]]')).toEqual({ kind: 'ok' });
    expect(judge(200, '[]')).toEqual({ kind: 'ok' });
    expect(judge(200, '{"timezone":"UTC","symbols":[]}')).toEqual({ kind: 'ok' });
  });

  it('is a limit of the family on 429, for as long as Retry-After states', () => {
    const text = refusal(
      -1003,
      'Too much request weight used; current limit is 6000 request weight per 1 MINUTE.',
    );
    expect(judge(429, text, { 'retry-after': '17' })).toMatchObject({
      kind: 'limited',
      scope: 'family',
      waitMs: 17 * SECOND,
      message: expect.stringContaining('Too much request weight'),
    });
    expect(judge(429, text)).toMatchObject({ scope: 'family', waitMs: MINUTE });
  });

  it('is a ban of the address on 418, until the later of what message and Retry-After state', () => {
    const text = refusal(
      -1003,
      `Way too much request weight used; IP banned until ${now + 10 * MINUTE}. Please`,
    );
    const ban = { kind: 'limited', scope: 'venue' };
    expect(judge(418, text)).toMatchObject({ ...ban, waitMs: 10 * MINUTE });
    expect(judge(418, text, { 'retry-after': '900' })).toMatchObject({ ...ban, waitMs: 15 * MINUTE });
    expect(judge(418, '', { 'retry-after': '130' })).toMatchObject({ ...ban, waitMs: 130 * SECOND });
    expect(judge(418, '')).toMatchObject({ ...ban, waitMs: 2 * MINUTE });
    const passed = refusal(-1003, `banned until ${now - MINUTE}`);
    expect(judge(418, passed)).toMatchObject({ ...ban, waitMs: 2 * MINUTE });
    const absurd = refusal(-1003, `banned until ${now + 400 * DAY}`);
    expect(judge(418, absurd)).toMatchObject({ ...ban, waitMs: 3 * DAY });
  });

  it('is a ban too where the statistics answer -1003 with an end', () => {
    const text = refusal(-1003, `Way too many requests; IP banned until ${now + MINUTE}.`);
    for (const status of [200, 400, 429]) {
      expect(judge(status, text)).toMatchObject({ kind: 'limited', scope: 'venue', waitMs: MINUTE });
    }
  });

  it('is a firewall on 403, which starts a cooldown of the venue for some minutes', () => {
    const verdict = judge(403, page);
    expect(verdict).toMatchObject({ kind: 'limited', scope: 'venue', waitMs: 5 * MINUTE });
    expect(verdict).toMatchObject({ message: 'HTTP 403: ERROR The request could not be satisfied.' });
  });

  it('is a region on 451 and on a 403 for a country, with the ways around it', () => {
    const text = '{"code":0,"msg":"Service unavailable from a restricted location"}';
    const blocked = '<html>configured to block access from your country.</html>';
    for (const verdict of [judge(451, text), judge(403, blocked)]) {
      expect(verdict).toMatchObject({ kind: 'region' });
      const { remedy } = verdict as { remedy: string };
      expect(remedy).toContain('GORDON_BINANCE_SPOT_URL=https://data-api.binance.vision');
      expect(remedy).toContain('another region');
      expect(remedy).toContain('archive');
    }
  });

  it('is an unknown symbol on -1121 only', () => {
    expect(judge(400, refusal(-1121, 'Invalid symbol.'))).toEqual({
      kind: 'unknown-symbol',
      message: 'Invalid symbol.',
    });
    expect(judge(400, refusal(-1130, "Data sent for parameter 'limit' is not valid."))).toEqual({
      kind: 'refused',
      message: "HTTP 400: Data sent for parameter 'limit' is not valid.",
    });
    expect(judge(404, '')).toEqual({ kind: 'refused', message: 'HTTP 404: no body' });
  });

  it('is broken on 5xx, on server-side codes and on a page instead of JSON', () => {
    for (const verdict of [
      judge(500, ''),
      judge(502, page),
      judge(504, refusal(-1007, 'Timeout waiting for response')),
      judge(400, refusal(-1001, 'Internal error')),
      judge(200, page),
      judge(200, ` \n${page}`),
    ]) {
      expect(verdict).toMatchObject({ kind: 'broken' });
    }
  });
});

describe('what the archive says', () => {
  const judge = (...args: Parameters<typeof answer>) => binanceArchive.judge(answer(...args));
  const noKey = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>';

  it.each([
    [200, '', 'ok'],
    [200, 'abc  X.zip', 'ok'],
    [200, '<?xml version="1.0"?><ListBucketResult/>', 'ok'],
    [200, page, 'broken'],
    [404, noKey, 'missing'],
    [404, '', 'missing'],
    [500, '', 'broken'],
    [400, '<Error><Code>InvalidRequest</Code></Error>', 'refused'],
    [403, '<Error><Code>AccessDenied</Code></Error>', 'refused'],
    [403, page, 'limited'],
    [429, '', 'limited'],
    [503, '<Error><Code>SlowDown</Code></Error>', 'limited'],
    [451, '', 'region'],
    [403, 'block access from your country', 'region'],
  ])('means with %i %j: %s', (status, text, kind) => {
    expect(judge(status, text).kind).toBe(kind);
  });

  it('bans for itself: REST goes on while the archive holds this address back', () => {
    expect(binanceArchive.id).not.toBe(binance.id);
  });
});
