import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { planSource } from '../../../functions/core/ledger/plan.ts';
import { estimateChunk } from '../../../functions/core/quote/estimate-chunk.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { option_quotes_tardis } from '../../../functions/sources/options/option_quotes_tardis.ts';
import { options } from '../../../simulator/deribit/chain.ts';
import { quote } from '../../../simulator/deribit/quotes.ts';
import { startVenues } from '../../../simulator/index.ts';
import { pricesOf } from '../../../simulator/market/price.ts';
import { LooseBudget } from '../../runtime/local-venue.ts';
import { fillFrom, span } from '../fill-from-simulator.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);
const venues = await startVenues({ seed: 'tardis' });
beforeEach(() => {
  venues.faults.clear();
  venues.requests.clear();
  venues.control.clock.hold(NOW);
});
afterAll(() => venues.close());

const month = span('2026-10-20T00:00', '2026-11-20T00:00');
const first = span('2026-11-01T00:00', '2026-11-02T00:00');
const others = [span('2026-10-20T00:00', '2026-11-01T00:00'), span('2026-11-02T00:00', '2026-11-20T00:00')];
const fill = (range = month, symbol = 'BTC') =>
  fillFrom(venues, new LooseBudget(), option_quotes_tardis, { range, timeframe: '1h', symbol });
const column = (name: string) => option_quotes_tardis.table.columns.findIndex((one) => one.name === name);

describe('past chains', () => {
  it('are those of the first day of a month, and the others are not offered', async () => {
    const filled = await fill();
    expect(filled.have).toEqual([first]);
    expect(filled.left).toEqual([]);
    expect(filled.findings).toEqual([]);
    expect(filled.empty.map(({ span: at, reason }) => [at, reason])).toEqual(
      others.map((at) => [at, 'not-offered']),
    );
    expect(filled.empty[0]!.evidence).toEqual([
      { what: 'option_quotes_tardis is offered for the first day of each month alone', status: 0, at: NOW },
    ]);
    expect(venues.requests.all().map(({ line }) => line)).toEqual([
      'GET /tardis/v1/deribit/options_chain/2026/11/01/OPTIONS.csv.gz',
    ]);
    const hours = Map.groupBy(filled.rows, (row) => row[column('time')]);
    expect([...hours.keys()]).toEqual(Array.from({ length: 24 }, (_, n) => first.start + n * HOUR));
  });

  it('are the newest quotes of all living options, as the venue had them then', async () => {
    const { rows } = await fill(first, 'ETH');
    const { context } = venues.control;
    const hour = first.start + 9 * HOUR;
    const prices = pricesOf(context);
    const listed = options(context.seed, prices, 'ETH', hour);
    const chain = rows.filter((row) => row[column('time')] === hour);
    const names = new Set(listed.map(({ name }) => name));
    expect(chain.every((row) => names.has(row[column('instrument')] as string))).toBe(true);
    // Some were not quoted since they were listed.
    expect(chain.length).toBeGreaterThan(0.9 * listed.length);
    const fresh = chain.filter((row) => Number(row[column('quoted_at')]) >= hour);
    expect(fresh.length).toBeLessThan(chain.length);
    for (const row of chain) {
      const option = listed.find(({ name }) => name === row[column('instrument')])!;
      const at = quote(context.seed, prices, option, Number(row[column('quoted_at')]) - 1);
      expect(row[column('open_interest')]).toBeCloseTo(at.openInterest, 0);
      const iv = row[column('mark_iv')];
      if (iv === null) expect(row[column('gamma')]).toBeNull();
      else expect(Number(row[column('delta')])).toBeCloseTo(at.value.delta, 2);
    }
    expect(chain.some((row) => row[column('mark_iv')] === null)).toBe(true);
    expect(new Set(chain.map((row) => row[column('index_price')])).size).toBe(1);
  });

  it('of a day that was not recorded are not to be had', async () => {
    venues.faults.add({ kind: 'status', status: 404, match: '2026/11/01' });
    const filled = await fill();
    expect(filled).toMatchObject({ rows: [], left: [] });
    expect(filled.empty.map(({ reason }) => reason)).toEqual([
      'not-offered',
      'not-offered',
      'source-expired',
    ]);
  });

  it('wait for their file', async () => {
    venues.control.clock.hold(first.end + 5 * HOUR);
    const early = await fill(first);
    expect(early).toMatchObject({ rows: [], left: [first], empty: [] });
    expect(venues.requests.all()).toEqual([]);
  });

  it('stay missing where the file is damaged, and the account says why', async () => {
    venues.faults.add({ kind: 'truncate', fraction: 0.5, match: '2026/11/01' });
    const filled = await fill();
    const [loaded] = filled.have;
    expect(loaded!.start).toBe(first.start);
    expect(loaded!.end).toBeGreaterThan(first.start);
    expect(filled.left).toEqual([{ start: loaded!.end, end: first.end }]);
    expect(filled.findings.map(({ kind }) => kind)).toEqual(['corrupt-archive']);
  });

  it.each([
    [{ kind: 'cut', fraction: 0.5 } as const, 'connection-failed'],
    [{ kind: 'status', status: 403 } as const, 'region-refused'],
  ])('end with an error where the way to them does: %j', async (fault, code) => {
    venues.faults.add({ ...fault, match: '2026/11/01' });
    await expect(fill()).rejects.toMatchObject({ code });
  });

  it('are quoted as one request for the day, whatever is ordered of the month', () => {
    const series = { source: option_quotes_tardis.id, symbol: 'BTC', timeframe: '1h' } as const;
    const [october, november] = planSource(option_quotes_tardis, series, [month]);
    const estimate = (planned: typeof november) =>
      estimateChunk(option_quotes_tardis, planned!, { now: NOW });
    expect(estimate(october)).toEqual({ requests: [], fetches: 0, rows: 0 });
    expect(estimate(november)).toMatchObject({
      requests: [{ scope: 'tardis', requests: 1 }],
      fetches: 1,
      rows: (DAY / HOUR) * option_quotes_tardis.rowsPerStep!,
    });
  });
});
