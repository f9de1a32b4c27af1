import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { gexTable } from '../../../functions/sources/deribit/gamma-exposure.ts';
import { judgeSnapshots, type StoredStrike } from '../../../simulation/properties/snapshots.ts';
import { Values } from '../../../simulation/venue/market/values.ts';
import { quotesOf } from '../../../simulation/venue/wire/options.ts';

const SERIES: Series = { source: 'gex_deribit', symbol: 'BTC', timeframe: '1h' };
const start = Date.UTC(2025, 5, 10);
const within = { start, end: start + 4 * HOUR };
const values = new Values(7);

/** The snapshot of an hour, as it was quoted at an instant. */
function snapshot(hour: number, quotedAt = start + hour * HOUR + 5 * MINUTE): StoredStrike[] {
  const time = start + hour * HOUR;
  return quotesOf(values, 'BTC', quotedAt)
    .filter(({ side }) => side === 'C')
    .map(({ expiry, strike, ...call }) => {
      const put = quotesOf(values, 'BTC', quotedAt).find(
        (one) => one.side === 'P' && one.expiry === expiry && one.strike === strike,
      )!;
      const cells: Readonly<Record<string, unknown>> = {
        symbol: 'BTC',
        time,
        expiry,
        strike,
        call_oi: call.openInterest,
        put_oi: put.openInterest,
        call_iv: call.iv,
        put_iv: put.iv,
        quoted_at: quotedAt,
      };
      return { time, cells: gexTable.columns.map(({ name }) => cells[name] ?? null) };
    });
}

const whole = [0, 1, 2, 3].flatMap((hour) => snapshot(hour));
const judge = (rows: readonly StoredStrike[], calm = [within], had = [within]) =>
  judgeSnapshots(values, SERIES, rows, within, calm, had).map(({ breach, time, rows: n }) => [
    breach,
    (time - start) / HOUR,
    n,
  ]);

describe('snapshots', () => {
  it('are there for each calm hour, as they were quoted', () => {
    expect(judge(whole)).toEqual([]);
  });

  it('that lack are missed, and the ledger may not have them', () => {
    const rows = whole.filter(({ time }) => time !== start + 2 * HOUR);
    expect(judge(rows)).toEqual([
      ['missed', 2, 1],
      ['false proof', 2, 1],
    ]);
    expect(judge(rows, [within], [{ start, end: start + 2 * HOUR }])).toEqual([['missed', 2, 1]]);
  });

  it('may lack of an hour that was not calm, or that nobody followed', () => {
    const rows = whole.filter(({ time }) => time !== start + 2 * HOUR);
    const calm = [
      { start, end: start + 2.5 * HOUR },
      { start: start + 3 * HOUR, end: within.end },
    ];
    expect(judge(rows, calm, [])).toEqual([]);
  });

  it('of another hour or with another value were never quoted', () => {
    const late = snapshot(1, start + 3 * HOUR);
    const others = whole.filter(({ time }) => time !== start + HOUR);
    expect(judge([...others, ...late])).toEqual([['other value', 1, late.length]]);
    const [first, ...rest] = whole;
    const wrong = { ...first!, cells: [...first!.cells].with(4, -1) };
    expect(judge([wrong, ...rest])).toEqual([['other value', 0, 1]]);
  });
});
