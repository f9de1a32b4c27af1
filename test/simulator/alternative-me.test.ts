import { beforeEach, describe, expect, it } from 'vitest';
import { NEVER_PUBLISHED } from '../../simulator/alternative-me/index-of-day.ts';
import { recorded, recordingsAbsent } from '../helpers/recorded.ts';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:00:00Z';
const DAY_SECONDS = 86_400;
const { venues, get } = await simulateAt(NOW);

interface Row {
  readonly value: string;
  readonly value_classification: string;
  readonly timestamp: string;
  readonly time_until_update?: string;
}

const fng = async (query = ''): Promise<Row[]> => (await get(`/alternative-me/fng/${query}`)).json().data;

beforeEach(() => {
  venues.control.clock.hold(Date.parse(NOW));
  venues.control.limits.reset();
});

describe('fear and greed', () => {
  it('gives the newest day alone by default, indented with tabs', async () => {
    const { text, json, headers } = await get('/alternative-me/fng/');
    const [row] = json().data;
    expect(headers.get('content-type')).toContain('application/json');
    expect(text).toBe(
      [
        '{',
        '\t"name": "Fear and Greed Index",',
        '\t"data": [',
        '\t\t{',
        `\t\t\t"value": "${row.value}",`,
        `\t\t\t"value_classification": "${row.value_classification}",`,
        '\t\t\t"timestamp": "1763596800",',
        '\t\t\t"time_until_update": "43500"',
        '\t\t}',
        '\t],',
        '\t"metadata": {',
        '\t\t"error": null',
        '\t}',
        '}',
      ].join('\n'),
    );
  });

  it('looks like the recording', async (context) => {
    const recording = recorded('sentiment/fng_limit2_raw.json');
    if (recording === undefined) return context.skip(recordingsAbsent ?? 'no such recording');
    const skeleton = (text: string) =>
      text.replace(/"\d+"/g, '"0"').replace(/"[A-Z][a-z]+( [A-Z][a-z]+)?"/g, '"Class"');
    const ours = (await get('/alternative-me/fng/?limit=2')).text;
    expect(skeleton(ours)).toBe(skeleton(recording));
  });

  it('gives every day since 2018-02-01, newest first, but for the holes', async () => {
    const rows = await fng('?limit=0&format=json');
    const stamps = rows.map((r) => Number(r.timestamp));
    expect(stamps).toEqual(stamps.toSorted((a, b) => b - a));
    expect(new Date((stamps.at(-1) as number) * 1000).toISOString()).toBe('2018-02-01T00:00:00.000Z');
    const all = ((stamps[0] as number) - (stamps.at(-1) as number)) / DAY_SECONDS + 1;
    expect(rows).toHaveLength(all - NEVER_PUBLISHED.length);
    for (const day of NEVER_PUBLISHED) expect(stamps).not.toContain(Date.parse(day) / 1000);
    expect(rows.filter((r) => 'time_until_update' in r)).toEqual([rows[0]]);
    for (const row of rows) {
      const value = Number(row.value);
      const expected =
        value <= 25
          ? 'Extreme Fear'
          : value <= 46
            ? 'Fear'
            : value <= 54
              ? 'Neutral'
              : value <= 75
                ? 'Greed'
                : 'Extreme Greed';
      expect(row.value_classification).toBe(expected);
    }
    expect(new Set(rows.map((r) => r.value_classification)).size).toBe(5);
  });

  it('publishes a day shortly after it began and says when the next is due', async () => {
    venues.control.clock.hold(Date.parse('2025-11-21T00:04:00Z'));
    expect((await fng())[0]).toMatchObject({ timestamp: '1763596800', time_until_update: '60' });
    venues.control.clock.hold(Date.parse('2025-11-21T00:05:00Z'));
    expect((await fng())[0]).toMatchObject({ timestamp: '1763683200', time_until_update: '86400' });
  });

  it('never changes a day once it is published', async () => {
    const before = await fng('?limit=10');
    venues.control.clock.advance(30 * DAY_SECONDS * 1000);
    const later = await fng('?limit=0');
    const strip = ({ value, timestamp }: Row) => ({ value, timestamp });
    expect(later.map(strip)).toEqual(expect.arrayContaining(before.map(strip)));
  });

  it('writes dates where requested, and a useless time until the update with them', async () => {
    const [us] = await fng('?date_format=us');
    expect(us).toMatchObject({ timestamp: '11-20-2025', time_until_update: '-1763640000' });
    expect((await fng('?date_format=world'))[0]?.timestamp).toBe('20-11-2025');
    expect((await fng('?date_format=kr'))[0]?.timestamp).toBe('2025-11-20');
  });

  it('breaks its own JSON with format=csv', async () => {
    const { text, json } = await get('/alternative-me/fng/?limit=2&format=csv');
    expect(json).toThrow(SyntaxError);
    expect(text.split('\n')[4]).toMatch(/^20-11-2025,\d+,[A-Z][A-Za-z ]+$/);
  });

  it('allows 60 requests a minute', async () => {
    for (let i = 0; i < 60; i++) expect((await get('/alternative-me/fng/', '10.1.1.1')).status).toBe(200);
    expect((await get('/alternative-me/fng/', '10.1.1.1')).status).toBe(429);
    venues.control.clock.advance(60_000);
    expect((await get('/alternative-me/fng/', '10.1.1.1')).status).toBe(200);
  });
});
