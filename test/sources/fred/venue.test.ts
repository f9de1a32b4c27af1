import { expect, it } from 'vitest';
import { fred } from '../../../functions/sources/fred/venue.ts';

const judged = (status: number, message: string, headers: Record<string, string> = {}) =>
  fred.judge({
    status,
    headers: { date: 'Thu, 20 Mar 2025 12:00:00 GMT', ...headers },
    text: JSON.stringify({ error_code: status, error_message: message }),
  });

it('reads what FRED refuses', () => {
  expect(judged(400, 'Bad Request.  The series does not exist.').kind).toBe('unknown-symbol');
  const archive = 'Bad Request.  The series does not exist in ALFRED but may exist in FRED.  Try setting …';
  expect(judged(400, archive).kind).toBe('missing');
  expect(judged(400, 'Bad Request.  Variable api_key is not set.').kind).toBe('refused');
  expect(judged(400, 'Bad Request.  Variable limit is not between 1 and 100000.').kind).toBe('refused');
  expect(judged(429, 'Too Many Requests.  Exceeded Rate Limit')).toMatchObject({
    kind: 'limited',
    scope: 'family',
    waitMs: 10_000,
  });
  expect(judged(500, 'Internal Server Error').kind).toBe('broken');
});

it('reads what a gateway before it says', () => {
  const page = (status: number) => fred.judge({ status, headers: {}, text: '<html>Bad Gateway</html>' });
  expect(page(502).kind).toBe('broken');
  expect(page(403).kind).toBe('limited');
  expect(page(200).kind).toBe('broken');
});

it('comes back when FRED says', () => {
  const limited = judged(429, 'Too Many Requests.  Exceeded Rate Limit', { 'retry-after': '3' });
  expect(limited).toMatchObject({ kind: 'limited', scope: 'family', waitMs: 3_000 });
});

it('takes for passing what FRED says of a good key and a good path now and then', () => {
  const key = judged(400, 'Bad Request.  The value for variable api_key is not registered.  Read …');
  expect(key).toMatchObject({
    kind: 'broken',
    message: expect.stringContaining('FRED_API_KEY'),
    remedy: expect.stringContaining('FRED_API_KEY'),
  });
  expect(judged(404, 'Not Found').kind).toBe('broken');
  expect(fred.judge({ status: 404, headers: {}, text: '<html>Not Found</html>' }).kind).toBe('broken');
});
