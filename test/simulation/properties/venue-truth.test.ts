import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { VenueFault } from '../../../simulation/faults/fault.ts';
import type { Held, JudgedSpan, Moment, StoredRow } from '../../../simulation/properties/held.ts';
import { calmWithin, judgeSeries } from '../../../simulation/properties/venue-truth.ts';
import { type Breach, inWords } from '../../../simulation/properties/violations.ts';
import { LISTED_AT, SYMBOL, venueAt } from '../venue/venue-helpers.ts';

const at = (text: string): number => Date.parse(`${text}:00Z`);
const KLINES: Series = { source: 'klines_perp', symbol: SYMBOL, timeframe: '1h' };
const INTEREST: Series = { source: 'open_interest_binance', symbol: SYMBOL, timeframe: '1h' };
const SETTLED: Series = { source: 'funding_binance', symbol: SYMBOL, timeframe: '1h' };
const NOW = '2025-06-20T12:00:00Z';
const RANGE = { start: at('2025-06-10T00:00'), end: at('2025-06-12T00:00') };
const HOLE = { start: at('2025-06-10T10:00'), end: at('2025-06-10T13:00') };

const span = (more: Partial<JudgedSpan> = {}): JudgedSpan => ({
  ...RANGE,
  state: 'have',
  reason: null,
  object: 'GET /fapi/v1/klines',
  sha256: null,
  fetchedAt: at('2025-06-12T01:00'),
  ...more,
});

/** A warehouse that has all that the API has of a range. */
async function complete(faults: readonly VenueFault[], series = KLINES, readAt = NOW) {
  const world = venueAt(readAt, faults);
  const { rows, findings } = await world.page(series, RANGE);
  const held: Held = {
    series,
    source: sources[series.source]!,
    requested: [RANGE],
    since: RANGE.start,
    rows: rows.filter(({ time }) => RANGE.start <= time && time < RANGE.end),
    spans: [span()],
    findings,
  };
  const moment: Moment = { now: Date.parse(NOW), calm: [{ start: RANGE.start, end: Date.parse(NOW) }] };
  const judge = (edit: Partial<Held> = {}, when: Partial<Moment> = {}): string[] =>
    judgeSeries(world.truth, { ...held, ...edit }, { ...moment, ...when }).map(inWords);
  return { held, judge, world };
}

const breaches = (found: readonly string[]): string[] => [
  ...new Set(found.map((one) => /: ([a-z ]+), \d+ rows/.exec(one)?.[1] ?? one)),
];

/** These have lines, and no cells. */
const lineOf = (row: StoredRow): string => ('line' in row ? row.line : '');

const about = { market: 'um', symbol: SYMBOL, dataset: 'klines' } as const;

describe('a warehouse that has what the venue has', () => {
  it('breaches nothing', async () => {
    expect((await complete([])).judge()).toEqual([]);
  });

  it('breaches nothing where the venue has a hole that is proven', async () => {
    const { judge } = await complete([{ ...about, id: '1', kind: 'hole', at: HOLE.start, span: HOLE }]);
    const proof = span({ ...HOLE, state: 'empty', reason: 'venue-outage' });
    expect(judge({ spans: [span({ end: HOLE.start }), proof, span({ start: HOLE.end })] })).toEqual([]);
  });
});

describe('a proof that came before the venue had time to publish', () => {
  const early = [span({ ...HOLE, state: 'empty', reason: 'venue-outage', fetchedAt: HOLE.end + MINUTE })];
  const hole = { ...about, id: '1', kind: 'hole', at: HOLE.start, span: HOLE } as const;

  it('is false although there was nothing', async () => {
    const { judge } = await complete([hole]);
    expect(breaches(judge({ spans: early }))).toEqual(['false proof']);
  });

  it('is not held against a clock that was wrong', async () => {
    const { judge } = await complete([hole]);
    expect(judge({ spans: early }, { skewed: [HOLE, { start: HOLE.end, end: HOLE.end + HOUR }] })).toEqual(
      [],
    );
  });
});

describe('what the judgement finds', () => {
  const planted: readonly (readonly [Breach, string, (held: Held) => Partial<Held>])[] = [
    ['missing', 'a row that lacks', ({ rows }) => ({ rows: rows.filter((_, i) => i !== 7) })],
    [
      'never there',
      'a row that no venue had',
      ({ rows }) => ({ rows: [...rows, { time: RANGE.start + MINUTE, line: lineOf(rows[0]!) }] }),
    ],
    [
      'other value',
      'a row with the value of another one',
      ({ rows }) => ({ rows: rows.map((row, i) => (i === 3 ? { ...row, line: lineOf(rows[4]!) } : row)) }),
    ],
    [
      'false proof',
      'a proof of an outage where there was none',
      ({ rows }) => ({
        rows: rows.filter(({ time }) => time < HOLE.start || time >= HOLE.end),
        spans: [span({ ...HOLE, state: 'empty', reason: 'venue-outage', fetchedAt: at('2025-06-20T02:00') })],
      }),
    ],
    [
      'false proof',
      'a proof that it was not listed',
      ({ rows }) => ({
        rows: rows.filter(({ time }) => time < HOLE.start || time >= HOLE.end),
        spans: [span({ ...HOLE, state: 'empty', reason: 'pre-listing', fetchedAt: at('2025-06-20T02:00') })],
      }),
    ],
  ];

  it.each(planted)('is %s: %s', async (breach, _, edit) => {
    const { held, judge } = await complete([]);
    expect(breaches(judge(edit(held)))).toContain(breach);
  });

  it('is stale: a file was published anew days ago, and its rows are the old ones', async () => {
    const { judge } = await complete(
      [{ ...about, id: '1', kind: 'restated', at: at('2025-06-14T00:00'), span: HOLE, where: 'everywhere' }],
      KLINES,
      '2025-06-12T12:00:00Z',
    );
    const object = `/data/futures/um/daily/klines/${SYMBOL}/1h/${SYMBOL}-1h-2025-06-10.zip`;
    const spans = [span({ end: RANGE.start + DAY, object, sha256: 'a'.repeat(64) })];
    expect(breaches(judge({ spans }))).toEqual(['stale']);
    expect(judge({ spans }, { now: at('2025-06-15T00:00') })).toEqual([]);
    expect(judge({ spans: [span()] })).toEqual([]);
  });

  it.each([
    ['statistics', 'metrics', INTEREST],
    ['settlements', 'funding', SETTLED],
  ] as const)('is stale: the API has other %s than it answered once', async (_, dataset, series) => {
    const restated = at('2025-06-14T00:00');
    const day = { start: RANGE.start, end: RANGE.start + DAY };
    const { judge } = await complete(
      [{ ...about, dataset, id: '1', kind: 'restated', at: restated, span: day, where: 'rest' }],
      series,
      '2025-06-12T12:00:00Z',
    );
    expect(breaches(judge())).toEqual(['stale']);
    // Answers are compared each day, in a turn of an hour.
    expect(judge({}, { now: restated + 25 * HOUR })).toEqual([]);
    expect(breaches(judge({}, { now: restated + 27 * HOUR }))).toEqual(['stale']);
    expect(judge({}, { calm: [{ start: RANGE.start, end: restated + 25 * HOUR }] })).toEqual([]);
    // Of what is older than last month only a sample is compared.
    const later = at('2025-08-01T12:00');
    expect(breaches(judge({}, { now: later, calm: [{ start: RANGE.start, end: later }] }))).not.toContain(
      'stale',
    );
  });

  it('is missed: the venue has forgotten it, and had it for days', async () => {
    const { judge, held } = await complete([], INTEREST);
    const damaged = (day: string): VenueFault => ({
      ...about,
      dataset: 'metrics',
      id: day,
      kind: 'damaged-file',
      at: at(day),
      until: Number.POSITIVE_INFINITY,
      unit: 'day',
      period: { start: at(day), end: at(day) + DAY },
      how: 'corrupt',
    });
    const { judge: later } = await complete(
      [damaged('2025-06-10T00:00'), damaged('2025-06-09T00:00')],
      INTEREST,
    );
    const without = { rows: held.rows.filter(({ time }) => time !== HOLE.start) };
    const now = at('2025-07-30T00:00');
    const calm = [{ start: RANGE.start, end: now }];
    expect(breaches(judge(without))).toEqual(['missing']);
    expect(breaches(later(without, { now, calm }))).toEqual(['missed']);
    // Nobody could have had it: all the time something was wrong.
    expect(later(without, { now, calm: [] })).toEqual([]);
  });

  it('is lost without a finding: a cell does not read, and nothing says so', async () => {
    const bad = { ...about, id: '1', kind: 'bad-cell', at: HOLE.start, time: HOLE.start, column: 4 } as const;
    const { judge } = await complete([{ ...bad, where: 'everywhere' }]);
    const proof = span({
      start: HOLE.start,
      end: HOLE.start + HOUR,
      state: 'empty',
      reason: 'not-published',
    });
    const spans = [span({ end: HOLE.start }), proof, span({ start: HOLE.start + HOUR })];
    expect(judge({ spans })).toEqual([]);
    expect(breaches(judge({ spans, findings: [] }))).toEqual(['lost without a finding']);
  });
});

describe('what excuses', () => {
  const without = ({ rows }: Held) => ({
    rows: rows.filter(({ time }) => time < HOLE.start || time >= HOLE.end),
  });

  it('is an answer that was empty by a fault, until the proof is due to be renewed', async () => {
    const { held, judge } = await complete([]);
    const fetchedAt = at('2025-06-12T01:00');
    const proof = span({ ...HOLE, state: 'empty', reason: 'venue-outage', fetchedAt });
    const misled = [{ start: fetchedAt - HOUR, end: fetchedAt + HOUR }];
    const edit = { ...without(held), spans: [proof] };
    expect(judge(edit, { misled, now: at('2025-06-16T00:00') })).toEqual([]);
    expect(breaches(judge(edit, { misled }))).toEqual(['missing']);
  });

  it('is that too little time was calm', async () => {
    const { held, judge } = await complete([]);
    expect(judge({ ...without(held), spans: [] }, { calm: [] })).toEqual([]);
  });

  it('is a time before the listing', async () => {
    const { judge } = await complete([]);
    const early = { start: LISTED_AT - DAY, end: LISTED_AT - HOUR };
    expect(
      judge({
        requested: [early],
        rows: [],
        spans: [span({ ...early, state: 'empty', reason: 'pre-listing' })],
      }),
    ).toEqual([]);
  });
});

it('calm is what lies apart from faults and what follows them', () => {
  expect(calmWithin({ start: 0, end: 100 }, [{ start: 10, end: 20 }], 5)).toEqual([
    { start: 0, end: 10 },
    { start: 25, end: 100 },
  ]);
});
