import { expect, it } from 'vitest';
import { fred } from '../../../functions/sources/fred/venue.ts';

const told = (status: number, message: string) =>
  fred.judge({
    status,
    headers: { date: 'Thu, 20 Mar 2025 12:00:00 GMT' },
    text: JSON.stringify({ error_code: status, error_message: message }),
  });

it('reads what FRED refuses', () => {
  expect(told(400, 'Bad Request.  The series does not exist.').kind).toBe('unknown-symbol');
  const archive = 'Bad Request.  The series does not exist in ALFRED but may exist in FRED.  Try setting …';
  expect(told(400, archive).kind).toBe('missing');
  expect(told(400, 'Bad Request.  Variable api_key is not set.').kind).toBe('refused');
  expect(told(400, 'Bad Request.  Variable limit is not between 1 and 100000.').kind).toBe('refused');
  expect(told(429, 'Too Many Requests.  Exceeded Rate Limit')).toMatchObject({
    ...{ kind: 'limited', scope: 'family', waitMs: 60_000 },
  });
  expect(told(500, 'Internal Server Error').kind).toBe('broken');
});

it('reads what a gateway before it says', () => {
  const page = (status: number) => fred.judge({ status, headers: {}, text: '<html>Bad Gateway</html>' });
  expect(page(502).kind).toBe('broken');
  expect(page(403).kind).toBe('limited');
  expect(page(200).kind).toBe('broken');
});
