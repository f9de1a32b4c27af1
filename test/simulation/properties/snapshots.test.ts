import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { gexTable } from '../../../functions/sources/deribit/gamma-exposure.ts';
import { option_quotes_deribit } from '../../../functions/sources/options/option_quotes_deribit.ts';
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

/** The chain of an hour, as it was quoted at an instant. */
function chain(hour: number, more: Readonly<Record<string, unknown>> = {}): StoredStrike[] {
  const [time, quotedAt] = [start + hour * HOUR, start + hour * HOUR + 5 * MINUTE];
  return quotesOf(values, 'BTC', quotedAt).map(({ name, expiry, strike, openInterest, iv }) => {
    const cells: Readonly<Record<string, unknown>> = {
      time,
      instrument: name,
      expiry,
      strike,
      open_interest: openInterest,
      mark_iv: iv,
      quoted_at: quotedAt,
      ...more,
    };
    return { time, cells: option_quotes_deribit.table.columns.map((column) => cells[column.name] ?? null) };
  });
}

describe('chains', () => {
  const judgeChain = (rows: readonly StoredStrike[]) =>
    judgeSnapshots(values, { ...SERIES, source: 'option_quotes_deribit' }, rows, within, [within], []).map(
      ({ breach, time, rows: n }) => [breach, (time - start) / HOUR, n],
    );
  const [first, second, third, fourth] = [0, 1, 2, 3].map((hour) => chain(hour));

  it('have each option as it was quoted', () => {
    expect(judgeChain([...first!, ...second!, ...third!, ...fourth!])).toEqual([]);
  });

  it('are wrong where a quote is of another hour, or was never there', () => {
    expect(judgeChain([...first!, ...chain(1, { mark_iv: 1 }), ...third!, ...fourth!])).toEqual([
      ['other value', 1, second!.length],
    ]);
    expect(judgeChain([...first!, ...second!, ...third!])).toEqual([['missed', 3, 1]]);
  });
});

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
