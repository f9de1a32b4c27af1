import { expect, it, vi } from 'vitest';
import { logWith, rootLogger } from '../../functions/runtime/log.ts';

it('makes a log with keys of its own when its first line is written, and once', () => {
  using made = vi.spyOn(rootLogger, 'createChild');
  const log = logWith({ path: '/backfill' });
  expect(made).not.toHaveBeenCalled();
  log.info('one');
  log.warn('two', new Error('of it'));
  expect(made.mock.calls).toEqual([[{ persistentLogAttributes: { path: '/backfill' } }]]);
});
