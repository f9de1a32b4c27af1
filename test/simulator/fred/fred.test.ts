import { beforeEach, describe, expect, it } from 'vitest';
import { REGISTERED_KEY } from '../../../simulator/fred/refusals.ts';
import { SERIES } from '../../../simulator/fred/series.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { simulateAt } from '../simulator.ts';

const NOW = '2025-11-20T18:00:00Z';
const { venues, get } = await simulateAt(NOW);

interface Row {
  readonly realtime_start: string;
  readonly realtime_end: string;
  readonly date: string;
  readonly value: string;
}

const path = (id: string, query = '') =>
  `/fred/fred/series/observations?series_id=${id}&api_key=${REGISTERED_KEY}&file_type=json${query && `&${query}`}`;
const observations = async (id: string, query = ''): Promise<Row[]> =>
  (await get(path(id, query))).json().observations;
const refusal = async (full: string): Promise<[number, string]> => {
  const answer = await get(full);
  return [answer.status, answer.json().error_message];
};

beforeEach(() => {
  venues.control.clock.hold(Date.parse(NOW));
  venues.control.limits.reset();
});

describe('observations', () => {
  it('has the head and the rows of the real answers', async () => {
    const body = (await get(path('DGS10', 'observation_start=2025-11-10&limit=2'))).json();
    const { observations: rows, ...head } = body;
    expect(head).toEqual({
      realtime_start: '2025-11-20',
      realtime_end: '2025-11-20',
      observation_start: '2025-11-10',
      observation_end: '9999-12-31',
      units: 'lin',
      output_type: 1,
      file_type: 'json',
      order_by: 'observation_date',
      sort_order: 'asc',
      count: 7,
      offset: 0,
      limit: 2,
    });
    expect(rows.map((r: Row) => Object.keys(r))).toEqual(
      Array.from({ length: 2 }, () => ['realtime_start', 'realtime_end', 'date', 'value']),
    );
    expect(rows[0]).toMatchObject({
      realtime_start: '2025-11-20',
      realtime_end: '2025-11-20',
      date: '2025-11-10',
    });
    expect(rows[0].value).toMatch(/^\d\.\d\d$/);
  });

  it('looks like the recording', (context) => {
    const recording = recorded('fred/fedfunds.json');
    if (recording === undefined) return context.skip(recordingsAbsent ?? 'no such recording');
    const theirs = JSON.parse(recording);
    return get(path('CPIAUCSL')).then(({ json }) => {
      const ours = json();
      expect(Object.keys(ours)).toEqual(Object.keys(theirs));
      for (const key of Object.keys(theirs)) expect(typeof ours[key], key).toBe(typeof theirs[key]);
      expect(ours.observation_start).toBe(theirs.observation_start);
      expect(Object.keys(ours.observations[0])).toEqual(Object.keys(theirs.observations[0]));
    });
  });

  it('knows every series, each in its own calendar', async () => {
    expect(SERIES.map((s) => s.id).toSorted()).toEqual(
      'CPIAUCSL DFF DGS10 DGS2 DTWEXBGS M2SL RRPONTSYD SP500 T10Y2Y UNRATE VIXCLS WALCL WTREGEN'.split(' '),
    );
    for (const { id, frequency, digits } of SERIES) {
      const rows = await observations(id, 'observation_start=2024-01-01');
      expect(rows.length, id).toBeGreaterThan(20);
      for (const { date, value } of rows) {
        const day = new Date(date);
        if (frequency === 'business') expect(day.getUTCDay() % 6, id).not.toBe(0);
        if (frequency === 'weekly') expect(day.getUTCDay(), id).toBe(3);
        if (frequency === 'monthly') expect(day.getUTCDate(), id).toBe(1);
        if (value !== '.') expect(value.split('.')[1]?.length ?? 0, id).toBe(digits);
      }
    }
  });

  it('writes a full stop on holidays, has no weekend, and all seven days of DFF', async () => {
    const june = 'observation_start=2025-06-16&observation_end=2025-06-23';
    const bonds = await observations('DGS10', june);
    expect(bonds.map((r) => r.date.slice(8))).toEqual(['16', '17', '18', '19', '20', '23']);
    expect(bonds.filter((r) => r.value === '.').map((r) => r.date)).toEqual(['2025-06-19']);
    const funds = await observations('DFF', june);
    expect(funds).toHaveLength(8);
    const [friday, saturday, sunday] = funds.slice(4, 7);
    expect(saturday?.value).toBe(friday?.value);
    expect(sunday?.value).toBe(friday?.value);
    // Columbus Day closes banks only, Good Friday exchanges only.
    const on = async (id: string, day: string) =>
      (await observations(id, `observation_start=${day}&observation_end=${day}`))[0]?.value === '.';
    expect([await on('DGS2', '2025-10-13'), await on('SP500', '2025-10-13')]).toEqual([true, false]);
    expect([await on('DGS2', '2025-04-18'), await on('VIXCLS', '2025-04-18')]).toEqual([false, true]);
  });

  it('keeps the spread equal to the two yields', async () => {
    const since = 'observation_start=2025-01-01';
    const [ten, two, spread] = await Promise.all(
      ['DGS10', 'DGS2', 'T10Y2Y'].map((id) => observations(id, since)),
    );
    expect(spread?.length).toBeGreaterThan(200);
    spread?.forEach((row, i) => {
      const difference = (Number(ten?.[i]?.value) - Number(two?.[i]?.value)).toFixed(2);
      expect(row.value).toBe(ten?.[i]?.value === '.' ? '.' : difference);
    });
  });

  it('publishes a month weeks later, on a date of its own', async () => {
    const newest = async (id: string) => (await observations(id, 'sort_order=desc&limit=1'))[0]?.date;
    venues.control.clock.hold(Date.parse('2025-11-12T12:00:00Z'));
    expect(await newest('CPIAUCSL')).toBe('2025-09-01');
    venues.control.clock.hold(Date.parse('2025-11-12T12:30:00Z'));
    expect(await newest('CPIAUCSL')).toBe('2025-10-01');
    expect(await newest('M2SL')).toBe('2025-09-01');
    venues.control.clock.hold(Date.parse('2025-11-25T17:00:00Z'));
    expect(await newest('M2SL')).toBe('2025-10-01');
    expect(await newest('WALCL')).toBe('2025-11-19');
    expect(await newest('DTWEXBGS')).toBe('2025-11-21');
  });

  it('keeps ten years of SP500', async () => {
    expect((await observations('SP500', 'limit=1'))[0]?.date).toBe('2015-11-20');
  });

  it('pages by limit and offset from either end', async () => {
    const all = await observations('UNRATE');
    const pages = await Promise.all(
      [0, 400, 800].map((o) => observations('UNRATE', `limit=400&offset=${o}`)),
    );
    expect(pages.flat()).toEqual(all);
    expect(await observations('UNRATE', 'sort_order=desc&limit=3')).toEqual(all.slice(-3).toReversed());
    expect(await observations('UNRATE', 'offset=100000')).toEqual([]);
  });

  it('answers in XML by default', async () => {
    const answer = await get(path('CPIAUCSL', 'limit=1').replace('&file_type=json', ''));
    expect(answer.headers.get('content-type')).toContain('text/xml');
    expect(answer.text).toMatch(
      /^<\?xml version="1.0" encoding="utf-8" \?>\n<observations realtime_start="2025-11-20"/,
    );
    expect(answer.text).toContain('date="1947-01-01" value="21.');
  });
});

describe('vintages', () => {
  it.each(['CPIAUCSL', 'M2SL'])('revises every observation of %s once', async (id) => {
    const query = 'observation_start=2024-03-01&observation_end=2024-03-01&realtime_start=2024-01-01';
    const rows = await observations(id, query);
    expect(rows).toHaveLength(2);
    const [first, second] = rows as [Row, Row];
    expect(first.value).not.toBe(second.value);
    expect(Math.abs(Number(first.value) / Number(second.value) - 1)).toBeLessThan(0.002);
    expect(first.realtime_start > '2024-04-01').toBe(true);
    expect(Date.parse(second.realtime_start) - Date.parse(first.realtime_end)).toBe(86_400_000);
    expect(second.realtime_end).toBe('9999-12-31');
    // What was known on a day is what is served for it later.
    const asOf = `observation_start=2024-03-01&observation_end=2024-03-01&realtime_start=${first.realtime_end}&realtime_end=${first.realtime_end}`;
    expect((await observations(id, asOf))[0]?.value).toBe(first.value);
    venues.control.clock.hold(Date.parse(`${first.realtime_end}T20:00:00Z`));
    expect(
      (await observations(id, 'observation_start=2024-03-01&observation_end=2024-03-01'))[0]?.value,
    ).toBe(first.value);
  });

  it('revises some weeks of WALCL and no day of DGS10', async () => {
    const vintagesOf = async (id: string) => {
      const rows = await observations(
        id,
        'observation_start=2024-01-01&observation_end=2024-12-31&realtime_start=2023-01-01',
      );
      return rows.length - new Set(rows.map((r) => r.date)).size;
    };
    expect(await vintagesOf('WALCL')).toBeGreaterThan(5);
    expect(await vintagesOf('DGS10')).toBe(0);
  });

  it('shows nothing that was not yet published on the requested day', async () => {
    const rows = await observations(
      'CPIAUCSL',
      'realtime_start=2025-03-01&realtime_end=2025-03-01&sort_order=desc&limit=1',
    );
    expect(rows[0]).toMatchObject({
      date: '2025-01-01',
      realtime_start: '2025-03-01',
      realtime_end: '2025-03-01',
    });
  });

  it('refuses more than 2000 vintage dates, days before the archive and days to come', async () => {
    expect(await refusal(path('DGS10', 'realtime_start=1776-07-04&realtime_end=9999-12-31'))).toEqual([
      400,
      expect.stringMatching(
        /^Bad Request\. {2}There are \d{4} vintage dates in the specified real-time period: 1776-07-04 to 9999-12-31\. {2}This exceeds/,
      ),
    ]);
    expect(await refusal(path('CPIAUCSL', 'realtime_end=1960-01-01'))).toEqual([
      400,
      expect.stringContaining('The series does not exist in ALFRED but may exist in FRED.'),
    ]);
    expect((await refusal(path('SP500', 'realtime_start=2024-01-01')))[0]).toBe(400);
    expect(await refusal(path('M2SL', 'realtime_start=2025-11-21'))).toEqual([
      400,
      "Bad Request.  Variable realtime_start can not be after today's date (2025-11-20).",
    ]);
  });

  it('lives in the time of St. Louis', async () => {
    venues.control.clock.hold(Date.parse('2025-11-21T05:00:00Z'));
    expect((await get(path('M2SL'))).json().realtime_end).toBe('2025-11-20');
  });
});

describe('refusals', () => {
  const read = 'Read https://fred.stlouisfed.org/docs/api/api_key.html for more information.';
  const base = '/fred/fred/series/observations?series_id=DFF&file_type=json';

  it.each([
    [base, `Bad Request.  Variable api_key is not set.  ${read}`],
    [
      `${base}&api_key=SHORT`,
      `Bad Request.  The value for variable api_key is not a 32 character alpha-numeric lower-case string.  ${read}`,
    ],
    [
      `${base}&api_key=${'b'.repeat(32)}`,
      `Bad Request.  The value for variable api_key is not registered.  ${read}`,
    ],
    [path('NOPE'), 'Bad Request.  The series does not exist.'],
    [path('DFF', 'limit=100001'), 'Bad Request.  Variable limit is not between 1 and 100000.'],
    [
      path('DFF', 'observation_start=2025-02-30'),
      'Bad Request.  Variable observation_start is not a valid date in YYYY-MM-DD format.',
    ],
  ])('answers %s with 400', async (full, message) => {
    expect(await refusal(full)).toEqual([400, message]);
  });

  it('refuses in XML who did not ask for JSON', async () => {
    const { status, text } = await get('/fred/fred/series/observations?series_id=DFF');
    expect(status).toBe(400);
    expect(text).toContain('<error code="400" message="Bad Request.  Variable api_key is not set.');
  });

  it('says what it does not simulate instead of answering wrongly', async () => {
    expect((await refusal(path('DFF', 'units=pc1')))[0]).toBe(501);
  });

  it('allows 120 requests a minute for a key, whatever the address', async () => {
    venues.control.limits.override('fred', 2);
    const ask = (ip: string) => get(path('UNRATE', 'limit=1'), ip);
    expect((await ask('10.4.0.1')).status).toBe(200);
    expect((await ask('10.4.0.2')).status).toBe(200);
    const refused = await ask('10.4.0.3');
    expect(refused.status).toBe(429);
    expect(refused.json()).toEqual({
      error_code: 429,
      error_message: 'Too Many Requests.  Exceeded Rate Limit',
    });
    expect(refused.headers.has('retry-after')).toBe(false);
    venues.control.limits.override('fred', 120);
  });
});
