import { expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { judgeFiles } from '../../../simulation/properties/files.ts';

const series: Series = { source: 'klines_spot', symbol: 'BBBUSDT', timeframe: '1h' };
const modified = Date.UTC(2025, 5, 10);
const span = { state: 'have', object: '/data/a.zip', sha256: 'old', fetchedAt: modified - HOUR };
const calm = [{ start: modified, end: modified + 13 * HOUR }];
const judge = (edit: Partial<typeof span> = {}, when = calm, sha256 = 'new'): string[] =>
  judgeFiles(series, [{ ...span, ...edit }], () => ({ modified, sha256 }), when);

it('a file that was published anew is loaded again', () => {
  expect(judge()).toEqual(['klines_spot BBBUSDT 1h has /data/a.zip as it was before 2025-06-10T00:00:00Z']);
});

it.each([
  ['has the same content', judge({}, calm, 'old')],
  ['was loaded since', judge({ fetchedAt: modified + 1 })],
  ['was published anew a moment ago', judge({}, [{ start: modified, end: modified + HOUR }])],
  ['is no longer needed', judge({ state: 'empty' })],
  ['is gone or damaged', judgeFiles(series, [span], () => undefined, calm)],
])('not one that %s', (_, found) => {
  expect(found).toEqual([]);
});
