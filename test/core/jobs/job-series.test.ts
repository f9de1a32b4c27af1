import { describe, expect, it } from 'vitest';
import { jobSeries, orderedRange } from '../../../functions/core/jobs/job-series.ts';
import type { Source } from '../../../functions/core/series/source.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';

const NOW = Date.parse('2025-03-10T12:30:00Z');
const at = (text: string): number => Date.parse(text);

/** Of a source only what the range of an order depends on. */
const sourceWith = (more: Partial<Source>) =>
  ({ symbolPattern: /./, tiers: [], ...more }) as unknown as Source;
const rangeOf = (more: Partial<Source>, from: string, to: number) =>
  orderedRange(
    { from: at(from), to },
    { source: 'x', symbol: 'X', timeframe: '1d', spec: sourceWith(more) },
    NOW,
  );

describe('the range of an order', () => {
  it('holds whole steps that are final', () => {
    expect(rangeOf({ finalAfterMs: HOUR }, '2025-03-01T06:00:00Z', NOW)).toEqual({
      start: at('2025-03-01'),
      end: at('2025-03-10'),
    });
    expect(rangeOf({ finalAfterMs: HOUR }, '2025-03-01', at('2025-03-04T23:59:59Z')).end).toBe(
      at('2025-03-04'),
    );
    expect(rangeOf({ finalAfterMs: 13 * HOUR }, '2025-03-01', NOW).end).toBe(at('2025-03-09'));
  });

  it('includes the running step where a row describes its beginning, once it is published', () => {
    expect(rangeOf({ finalAfterMs: 10 * MINUTE - DAY }, '2025-03-01', NOW).end).toBe(at('2025-03-11'));
    expect(rangeOf({ finalAfterMs: 13 * HOUR - DAY }, '2025-03-01', NOW).end).toBe(at('2025-03-10'));
    expect(rangeOf({ finalAfterMs: 10 * MINUTE - DAY }, '2025-03-01', at('2025-03-05')).end).toBe(
      at('2025-03-05'),
    );
  });

  it('holds an instant from when it is published, whatever comes of the step that begins there', () => {
    const instants = { instants: true, finalAfterMs: MINUTE };
    expect(rangeOf(instants, '2025-03-01', NOW).end).toBe(at('2025-03-11'));
    expect(rangeOf(instants, '2025-03-01T06:00:00Z', at('2025-03-05T00:00:01Z'))).toEqual({
      start: at('2025-03-01'),
      end: at('2025-03-06'),
    });
    expect(rangeOf({ ...instants, finalAfterMs: 13 * HOUR }, '2025-03-01', NOW).end).toBe(at('2025-03-10'));
  });

  it('of a snapshot is this step, whatever was ordered', () => {
    const tiers = [{ kind: 'snapshot' }] as unknown as Source['tiers'];
    expect(rangeOf({ tiers }, '2025-01-01', at('2025-02-01'))).toEqual({
      start: at('2025-03-10'),
      end: at('2025-03-11'),
    });
  });
});

describe('the series of a job', () => {
  const sources = {
    coins: sourceWith({ id: 'coins', symbolPattern: /^(?:ALL|USDT)$/ }),
    index: sourceWith({ id: 'index', symbolPattern: /^FNG$/ }),
    any: sourceWith({ id: 'any', symbolPattern: /^[A-Z]+$/ }),
  };
  const namesOf = (symbols: string[], skipped: string[] = []) =>
    jobSeries({ sources: Object.keys(sources), symbols, skipped, timeframe: '1d' }, sources).map(
      ({ source, symbol }) => `${source} ${symbol}`,
    );

  it('are each source with the symbols that can be its own', () => {
    expect(namesOf(['FNG', 'USDT'])).toEqual(['coins USDT', 'index FNG', 'any FNG', 'any USDT']);
    expect(namesOf(['FNG', 'USDT'], ['any FNG'])).toEqual(['coins USDT', 'index FNG', 'any USDT']);
  });
});
