import { expect, it } from 'vitest';
import { WANTED } from '../../bench/peers/peer.ts';
import { type Measured, tableOf } from '../../bench/peers/table.ts';

const measured = (name: string, seconds: readonly number[], rows: number = WANTED.rows): Measured => ({
  peer: { name, to: 'a table', leavesOut: name === 'ours' ? '' : 'much', changed: 'its host' },
  outcomes: seconds.map((s) => ({ seconds: s, rows })),
});

it('compares each run with that of gordon-data in the same round, and takes the median', () => {
  const ours = measured('ours', [1, 2, 8]);
  const table = tableOf(ours, [measured('steady', [2, 4, 2]), measured('once', [4])], true);
  expect(table.split('\n').slice(2, 5)).toEqual([
    '| ours | 262,800 | 1.00 | a table | nothing |',
    '| steady | 262,800 | 0.50 | a table | much |',
    '| once | 131,400 | 0.25 | a table | much |',
  ]);
});

it('says of whom rows are missing and counts only those that are there', () => {
  const table = tableOf(measured('ours', [2]), [measured('hasty', [1], 262_800)], true);
  expect(table).toContain('| hasty | 262,800; as few as 262,800 of 525,600 rows | 1.00 |');
});

it('says under the columns what does not fit them', () => {
  const lines = tableOf(measured('ours', [2]), [measured('other', [1])], false).split('\n');
  expect(lines.slice(3)).toEqual([
    '',
    'They leave out:',
    '- other: much.',
    '',
    'Changed, to load this window from the simulator:',
    '- other: its host.',
  ]);
  expect(new Set(lines.slice(0, 3).map((line) => line.indexOf('a table')))).toEqual(
    new Set([-1, lines[1]!.indexOf('a table')]),
  );
});
