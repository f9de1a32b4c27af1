import { describe, expect, it } from 'vitest';
import { failureLines, jobLines, jobTable, verdict } from '../../../cli/format/job.ts';
import { progressBar, progressLine } from '../../../cli/format/progress.ts';
import { table } from '../../../cli/format/table.ts';
import { count, duration, few, percent, plural, seconds, time } from '../../../cli/format/values.ts';
import { type Paint, paintFor } from '../../../cli/terminal.ts';
import { fakeTerminal, NOON } from '../support/fake-terminal.ts';
import { chunk, doneChunk, JOB_ID, job, summary, view } from '../support/samples.ts';

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</>`;

describe('values', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_051_200, '1,051,200'],
  ])('count %d', (n, text) => expect(count(n)).toBe(text));

  it.each([
    ['2025-11-21T00:00:00Z', '2025-11-21 00:00'],
    ['2025-11-21T23:59:00Z', '2025-11-21 23:59'],
    ['2019-09-08T17:57:51.500Z', '2019-09-08 17:57:51'],
    [null, '-'],
  ])('time %s', (iso, text) => expect(time(iso)).toBe(text));

  it.each([
    [-3, '0s'],
    [0.4, '0s'],
    [59.4, '59s'],
    [59.6, '1m 00s'],
    [185, '3m 05s'],
    [7_620, '2h 07m'],
    [100_800, '1d 04h'],
  ])('duration of %d s', (s, text) => expect(duration(s)).toBe(text));

  it.each([
    [7.26, '7.3'],
    [99.94, '99.9'],
    [100.4, '100'],
    [12_345, '12,345'],
  ])('measured %d s', (s, text) => expect(seconds(s)).toBe(text));

  it('never rounds up to the whole', () => {
    expect(percent(0.9999)).toBe('99%');
    expect(percent(1)).toBe('100%');
  });

  it('counts one as one', () => {
    expect([plural(1, 'row'), plural(0, 'row'), plural(2, 'oddity', 'oddities')]).toEqual([
      '1 row',
      '0 rows',
      '2 oddities',
    ]);
  });

  it('cuts long lists', () => {
    expect(few(['a', 'b'], 2)).toBe('a, b');
    expect(few(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });
});

it('a table aligns its columns, paints its head and leaves no blanks at the end of a line', () => {
  const columns = [{ title: 'Name' }, { title: 'Rows', align: 'right' as const }, { title: 'Note' }];
  const lines = table(
    columns,
    [
      ['long name', '1', ''],
      ['x', '12,345', 'ok'],
    ],
    { paint: marked },
  );
  expect(lines).toEqual(['<bold>Name         Rows  Note</>', 'long name       1', 'x          12,345  ok']);
});

describe('a table', () => {
  it('leaves a Chinese name the room that it takes on a terminal', () => {
    const columns = [{ title: 'symbol' }, { title: 'rows', align: 'right' as const }];
    const lines = table(
      columns,
      [
        ['币安人生USDT', '7'],
        ['BTCUSDT', '1,000'],
      ],
      { paint: plain },
    );
    expect(lines).toEqual(['symbol         rows', '币安人生USDT      7', 'BTCUSDT       1,000']);
  });
});

describe('colours', () => {
  const colours = (tty: boolean, env: Record<string, string>): string =>
    paintFor(fakeTerminal({ tty: { out: tty } }).out, env)('red', 'x');

  it('are for terminals', () => {
    expect(colours(true, {})).toBe('\u001b[31mx\u001b[39m');
    expect(colours(false, {})).toBe('x');
  });

  it('are left out when NO_COLOR is set or the terminal has none', () => {
    expect(colours(true, { NO_COLOR: '1' })).toBe('x');
    expect(colours(true, { NO_COLOR: '' })).toBe('\u001b[31mx\u001b[39m');
    expect(colours(true, { TERM: 'dumb' })).toBe('x');
  });
});

describe('the verdict on a job', () => {
  const ended = (over: Parameters<typeof job>[0]) =>
    view(job({ finishedAt: NOON, ...over }), [doneChunk('c', 5)]);

  it('has rows, seconds and rate', () => {
    expect(verdict(ended({ status: 'succeeded', rows: 89_280 }), NOON, plain)).toBe(
      'succeeded: 89,280 rows in 8.0 s (11,160 rows/s)',
    );
  });

  it('says when there was nothing to do', () => {
    expect(verdict(view(job({ status: 'succeeded', finishedAt: NOON })), NOON, plain)).toBe(
      'nothing to fetch: everything requested was already there',
    );
  });

  it('does not say so when the venue had no rows', () => {
    const none = view(job({ status: 'succeeded', finishedAt: NOON }), [doneChunk('c', 0)]);
    expect(verdict(none, NOON, plain)).toBe('succeeded: 0 rows in 8.0 s: the source has none there');
  });

  it('does not blame the venue for rows that another job had fetched', () => {
    const none = (requests: number) =>
      verdict(
        view(job({ status: 'succeeded', finishedAt: NOON, gaps: [] }), [{ ...doneChunk('c', 0), requests }]),
        NOON,
        plain,
      );
    expect(none(0)).toBe('succeeded: 0 rows in 8.0 s: another job had fetched them by then');
    expect(none(2)).toBe(
      'succeeded: 0 rows in 8.0 s: the source has none there, or another job stored them first',
    );
  });

  it.each(['failed', 'completed_with_gaps', 'cancelled'] as const)('gives the reason of %s', (status) => {
    const line = verdict(ended({ status, rows: 5, reason: 'the venue refused' }), NOON, plain);
    expect(line).toBe(`${status}: 5 rows in 8.0 s (1 rows/s): the venue refused`);
  });

  it('of a job that never started', () => {
    const { startedAt: _, ...never } = job({ status: 'failed', finishedAt: NOON, reason: 'no execution' });
    expect(verdict(view(never), NOON, plain)).toBe('failed: 0 rows in 0.0 s: no execution');
  });

  it('is painted by how it went', () => {
    expect(verdict(ended({ status: 'failed', rows: 0 }), NOON, marked)).toMatch(/^<red>failed<\/>/);
  });
});

describe('progress as a line', () => {
  it('while queued', () => expect(progressLine(view(job({ status: 'queued' })))).toBe('queued'));

  it('while the first wave is planned', () =>
    expect(progressLine(view(job()))).toBe('running: looking for what is missing'));

  it('at work', () => {
    expect(progressLine(view(job(), [doneChunk('a', 40_000), chunk('b', { rows: 4_640 })]))).toBe(
      'running 50%  44,640 rows  5,580 rows/s  1/2 chunks  about 8s left',
    );
  });

  it('when all rows are there and the aggregates are refreshed', () => {
    const phase = { phase: 'refreshing aggregates 3 of 6', phaseAt: NOON - 12_000 };
    expect(progressLine(view(job(phase), [doneChunk('a', 40_000)]))).toBe(
      'running 100%  40,000 rows  5,000 rows/s  1/1 chunks  refreshing aggregates 3 of 6 for 12s',
    );
    expect(progressLine(view(job({ phase: 'counting rows', phaseAt: NOON })))).toBe('running: counting rows');
    expect(jobLines(view(job(phase), [doneChunk('a', 40_000)]), NOON, plain)).toContain(
      'now:      refreshing aggregates 3 of 6 for 12s',
    );
  });

  it('when only the limit of the venue is waited for', () => {
    const waiting = chunk('b', { state: 'waiting', resumeAt: Date.UTC(2025, 10, 21, 12, 1) });
    expect(progressLine(view(job(), [doneChunk('a', 8), waiting]))).toBe(
      "running 50%  8 rows  1 rows/s  1/2 chunks  the venue's limit: on at 12:01 UTC",
    );
    expect(progressLine(view(job(), [chunk('a'), waiting]))).not.toMatch(/limit/);
  });
});

describe('jobs', () => {
  it('as a table', () => {
    const jobs = [
      summary(job(), [doneChunk('a', 40_000), chunk('b')]),
      summary(job({ symbols: ['A', 'B', 'C'], status: 'failed', rows: 7, finishedAt: NOON })),
    ];
    expect(jobTable(jobs, { paint: plain })).toEqual([
      'Job                         Source  Symbols           Timeframe  From        To          Status   Done    Rows  Created',
      `${JOB_ID}  klines  BTCUSDT, ETHUSDT  1m         2025-10-01  2025-11-01  running   50%  40,000  2025-11-21 11:59:50`,
      `${JOB_ID}  klines  A, B and 1 more   1m         2025-10-01  2025-11-01  failed              7  2025-11-21 11:59:50`,
    ]);
  });

  it('one in detail, with what failed', () => {
    const failed = chunk('klines_spot ETHUSDT 2025-10', {
      state: 'failed',
      error: { name: 'PermanentError', code: 'region-refused', message: 'HTTP 451' },
    });
    const shown = view(
      job({
        status: 'completed_with_gaps',
        finishedAt: NOON,
        rows: 44_640,
        wave: 2,
        reason: '1 chunk failed',
        skipped: ['klines_perp ABC'],
      }),
      [doneChunk('klines_spot BTCUSDT 2025-10', 44_640), failed],
    );
    expect(jobLines(shown, NOON, plain)).toEqual([
      `job:      ${JOB_ID}`,
      'ordered:  klines BTCUSDT, ETHUSDT 1m, 2025-10-01 00:00 to 2025-11-01 00:00',
      'status:   completed_with_gaps: 1 chunk failed',
      'created:  2025-11-21 11:59:50',
      'started:  2025-11-21 11:59:52',
      'finished: 2025-11-21 12:00',
      'rows:     44,640 in 8.0 s (5,580 rows/s)',
      'chunks:   2: 1 done, 1 failed',
      'wave:     2',
      'left out: klines_perp ABC (not listed there)',
      '',
      'failures:',
      '  klines_spot ETHUSDT 2025-10: region-refused: HTTP 451',
    ]);
  });

  it('cut a long list of failures and say where the rest is', () => {
    const failures = ['a', 'b', 'c'].map((message) =>
      chunk(`chunk ${message}`, { state: 'failed', error: { name: 'PermanentError', code: 'x', message } }),
    );
    expect(failureLines(view(job(), failures), 1)).toEqual([
      'chunk a: x: a',
      `and 2 other errors: gordon-data backfill job ${JOB_ID}`,
    ]);
  });
});

describe('an error that many chunks share', () => {
  const error = { name: 'PermanentError', code: 'region-refused', message: 'HTTP 451' };
  const failures = Array.from({ length: 52 }, (_, i) => chunk(`chunk ${i}`, { state: 'failed', error }));
  const refused = view(
    job({
      status: 'failed',
      finishedAt: NOON,
      reason:
        '9 rows are missing: 52 of 52 chunks failed, first chunk 0: HTTP 451; by cause: venue-error 9 rows',
    }),
    failures,
  );

  it('is printed once', () => {
    expect(failureLines(refused, 5)).toEqual([
      '52 chunks, the same error: region-refused: HTTP 451 (chunk 0 and 51 more)',
    ]);
    expect(verdict(refused, NOON, plain)).toBe(
      'failed: 0 rows in 8.0 s: 9 rows are missing: 52 of 52 chunks failed; by cause: venue-error 9 rows',
    );
    expect(jobLines(refused, NOON, plain).filter((line) => line.includes('HTTP 451'))).toHaveLength(1);
  });
});

describe('on a terminal of 60 columns', () => {
  const width = 60;

  it('a table leaves out what matters least, says so, and cuts the rest', () => {
    const symbols = Array.from({ length: 20 }, (_, i) => `LONGNAME${i}USDT`);
    const lines = jobTable([summary(job({ symbols }), [])], { paint: plain, width });
    expect(lines.map((line) => line.length).filter((length) => length > width)).toEqual([]);
    expect(lines[0]).toMatch(/^Job +Source +Symbols +Status/);
    expect(lines.at(-1)).toMatch(/^not shown: .*Created/);
  });

  it('progress keeps what is left of the time', () => {
    const much = [doneChunk('a', 123_456_789), chunk('b', { rows: 987_654_321 })];
    const line = progressBar(view(job(), much), width);
    expect(line.length).toBeLessThanOrEqual(width);
    expect(line).toMatch(/^█+░+ +\d+% {2}.*rows.*about .* left$/);
    expect(progressBar(view(job(), much), 24)).toMatch(/^about .* left$/);
    expect(progressBar(view(job(), much), 140)).toMatch(/rows\/s {2}1\/2 chunks {2}about .* left$/);
  });
});

describe('the gaps of a job', () => {
  it('are listed with their causes, and what never existed is summed up', () => {
    const at = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' } as const;
    const of = (from: string, to: string) => ({ start: Date.parse(from), end: Date.parse(to) });
    const refused = { cause: 'source-error', proven: false, error: 'HTTP 451' } as const;
    const outage = { cause: 'venue-outage', proven: true } as const;
    const gaps = [
      { ...at, ...of('2025-03-01', '2025-03-02'), rows: 1_440, ...refused },
      { ...at, ...of('2025-03-03', '2025-03-04'), rows: 1_440, cause: 'ours', proven: false } as const,
      { ...at, ...of('2025-03-05T00:00Z', '2025-03-05T00:10Z'), rows: 10, ...outage },
      { ...at, ...of('2025-03-06T00:00Z', '2025-03-06T00:05Z'), rows: 5, ...outage },
    ];
    const lines = jobLines(view(job({ status: 'completed_with_gaps', gaps })), NOON, plain);
    expect(lines.slice(lines.indexOf('without rows:'))).toEqual([
      'without rows:',
      '  klines_spot BTCUSDT 1m 2025-03-01 00:00 to 2025-03-02 00:00: source-error: HTTP 451',
      '  klines_spot BTCUSDT 1m 2025-03-03 00:00 to 2025-03-04 00:00: ours',
      '  venue-outage: 15 rows never were',
    ]);
    expect(jobLines(view(job({ gaps: [] })), NOON, plain)).not.toContain('without rows:');
  });
});
