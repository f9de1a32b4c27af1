import { describe, expect, it } from 'vitest';
import {
  BudgetExhausted,
  describeError,
  GordonError,
  isRetryable,
} from '../../../functions/core/errors/errors.ts';

const facts = { code: 'venue-broken', subject: 'https://venue/x', message: 'HTTP 502.' } as const;

describe('GordonError', () => {
  it('says what, about what and what to do, and carries its name for the state machine', () => {
    const cause = new Error('reset');
    const error = new GordonError({ name: 'RetryableVenueError', ...facts, remedy: 'Wait.', cause });
    expect(error.message).toBe('https://venue/x: HTTP 502. Wait.');
    expect(error).toMatchObject({ name: 'RetryableVenueError', code: 'venue-broken', status: 500, cause });
  });

  it('is retryable by its name alone', () => {
    const names = ['RetryableVenueError', 'RetryableStoreError', 'PermanentError', 'BadRequest'] as const;
    expect(names.map((name) => isRetryable(new GordonError({ name, ...facts })))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isRetryable(new BudgetExhausted('binance', 1, 'spent'))).toBe(false);
    expect(isRetryable('RetryableVenueError')).toBe(false);
  });
});

describe('describeError', () => {
  it('names what went wrong at each of the addresses of a host', () => {
    const each = new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')]);
    expect(describeError(new TypeError('fetch failed', { cause: each }))).toBe(
      'fetch failed: refused ::1, refused 127.0.0.1',
    );
  });

  it('puts causes behind, once', () => {
    const root = new Error('getaddrinfo ENOTFOUND venue');
    expect(describeError(new TypeError('fetch failed', { cause: root }))).toBe(
      'fetch failed: getaddrinfo ENOTFOUND venue',
    );
    const wrapped = new Error(`it failed: ${root.message}`, { cause: root });
    expect(describeError(wrapped)).toBe('it failed: getaddrinfo ENOTFOUND venue');
    expect(describeError(new RangeError(''))).toBe('RangeError');
    expect(describeError('plain words')).toBe('plain words');
  });
});
