import { beforeEach, describe, expect, it } from 'vitest';
import { fetchMissing } from '../../../functions/core/fetch/fetch-missing.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';
import { countWithin } from '../../../functions/core/series/table.ts';
import { type Range, union } from '../../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { createVenueClient } from '../../../functions/runtime/venues/venue-client.ts';
import { ID_COLUMN, parseOptionTrades } from '../../../functions/sources/deribit/option-trades.ts';
import { option_trades_deribit } from '../../../functions/sources/options/option_trades_deribit.ts';
import { tradesBetween } from '../../../simulator/deribit/option-trades.ts';
import { startVenues } from '../../../simulator/index.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { LooseBudget } from '../../runtime/local-venue.ts';
import { rowsOf } from '../conformance.ts';

const NOW = Date.parse('2025-11-20T12:34:30Z');
const START = Date.parse('2025-11-18T00:00:00Z');
const venues = await startVenues({ seed: 'trades' });
beforeEach(() => {
  venues.control.clock.hold(NOW);
  venues.control.switches.clear();
  venues.requests.clear();
});

/** Runs the engine with the real client against the simulated history host. */
async function fetchTrades(range: Range, symbol = 'BTC') {
  const clock = () => NOW;
  const venue = createVenueClient({
    budget: new LooseBudget(),
    clock,
    env: venues.env,
    sleep: async () => undefined,
  });
  const series = { source: option_trades_deribit.id, symbol, timeframe: '1m' as const };
  const listing = async () => ({ listedAt: 0 });
  const context = {
    source: option_trades_deribit,
    series,
    sources: {},
    archives: 'required' as const,
    listing,
  };
  const archive = { read: async () => undefined };
  const fetch = fetchMissing({ venue, archive, clock }, context, [range]);
  const pages: Page[] = [];
  for await (const page of fetch.pages) pages.push(page);
  // What is stored of a page is what lies in the steps that it accounts for.
  const stored = pages.flatMap(({ rows, have }) => {
    const ids = rows.columns[ID_COLUMN] as readonly string[];
    return ids.filter((_, i) => countWithin(rows.times.subarray(i, i + 1), have) > 0);
  });
  return {
    stored,
    have: pages.map(({ have }) => have).reduce(union, []),
    findings: pages.flatMap(({ findings }) => findings),
  };
}
const truth = (range: Range, currency = 'BTC'): string[] =>
  tradesBetween(venues.control.context, currency, range.start, range.end - 1).map(({ id }) => id);

describe('trades of the history host', () => {
  const range = { start: START, end: START + 2 * DAY };

  it.each(['BTC', 'ETH', 'USDC'])(
    'of %s are all there once, without a gap in their numbers',
    async (symbol) => {
      const { stored, have, findings } = await fetchTrades(range, symbol);
      expect(stored.length).toBeGreaterThan(500);
      expect(stored.toSorted()).toEqual(truth(range, symbol).toSorted());
      expect([have, findings]).toEqual([[range], []]);
    },
  );

  it.each([7, 40, 100, 1000])('are all there in pages of %d, whatever has_more says', async (page) => {
    const short = { start: START + 13 * HOUR, end: START + 16 * HOUR };
    venues.control.switches.set('deribit-trades-page', String(page));
    const { stored, have } = await fetchTrades(short);
    const all = tradesBetween(venues.control.context, 'BTC', short.start, short.end - 1);
    const ofOne = [...Map.groupBy(all, ({ at: instant }) => instant).values()].toSorted(
      (a, b) => b.length - a.length,
    )[0]!;
    expect(ofOne.length).toBeGreaterThan(20);
    // What a page cannot hold of one millisecond nobody can request: no page of the real host is so small.
    const lost = all.filter(({ id }) => !stored.includes(id));
    expect(lost.every((one) => ofOne.includes(one))).toBe(true);
    expect(lost.length > 0).toBe(page < ofOne.length);
    expect(new Set(stored).size).toBe(stored.length);
    expect(have).toEqual([short]);
  });
});

const at = Date.UTC(2025, 0);
const trade = (seq: number, time: number, more: object = {}) => ({
  instrument_name: 'BTC-31JAN25-100000-C',
  timestamp: time,
  trade_seq: seq,
  trade_id: `${seq}`,
  price: 0.01,
  amount: 1,
  iv: 50,
  ...more,
});
const series = { source: 'option_trades_deribit', symbol: 'BTC', timeframe: '1m' } as const;
const parse = (trades: readonly object[]) =>
  parseOptionTrades(
    new TextEncoder().encode(JSON.stringify({ result: { trades, has_more: false } })),
    series,
  );

describe('an answer', () => {
  it('that leaves out numbers of an instrument has a finding, not for the step that is read once more', () => {
    const { findings } = parse([
      trade(3, at),
      trade(7, at + 500),
      trade(9, at + 2 * MINUTE),
      trade(12, at + 2 * MINUTE + 1),
    ]);
    expect(findings).toEqual([
      {
        kind: 'missing-trades',
        time: at,
        until: at + 501,
        detail: { instrument: 'BTC-31JAN25-100000-C', after: 3, before: 7, trades: 3 },
      },
    ]);
  });

  it('of one millisecond alone says so, and the next page begins behind it', () => {
    const page = parse(Array.from({ length: 10_000 }, (_, i) => trade(i + 1, at + 5)));
    expect(page.findings).toEqual([{ kind: 'crowded-instant', time: at + 5, detail: { trades: 10_000 } }]);
    const [tier] = option_trades_deribit.tiers;
    if (tier?.kind !== 'pages') throw new Error('no pages');
    const within = { start: at, end: at + HOUR };
    expect(tier.cursor!.next(page, series, within).query).toMatchObject({ start_timestamp: at + 6 });
    const usual = parse([trade(1, at + 4), trade(2, at + 5)]);
    expect(tier.cursor!.next(usual, series, within).query).toMatchObject({ start_timestamp: at + 5 });
  });

  it('counts legs once and combinations not at all', (context) => {
    const text = recorded('deribit/get_last_trades_option_combo.json');
    if (text === undefined) return context.skip(recordingsAbsent ?? 'no such recording');
    const [combo] = JSON.parse(text).result.trades as { legs: object[] }[];
    const page = parse([...combo!.legs, combo!, ...combo!.legs]);
    expect(rowsOf(page).map((row) => [row[2], row[3], row[4], row[13], row[17]])).toEqual([
      ['244365195', 'BTC-19MAY26-75000-C', 8, 41.01, 'BTC-CS-19MAY26-70000_75000'],
      ['244365194', 'BTC-19MAY26-70000-C', 20, 83.39, 'BTC-CS-19MAY26-70000_75000'],
    ]);
    expect(page.findings).toEqual([]);
  });
});
