import { describe, expect, it } from 'vitest';
import { leftOf, planSource, seriesOf } from '../../../functions/core/ledger/plan.ts';
import { MOST_SERIES, shareChunks } from '../../../functions/core/ledger/share-chunks.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { RangeSet } from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import type { Traits } from '../../../simulation/venue/synthetic-sources.ts';
import { AAA, hours, worldOf } from '../world.ts';

const named = (count: number, source = 'plain'): Series[] =>
  Array.from({ length: count }, (_, i) => ({ ...AAA, source, symbol: `S${String(i).padStart(3, '0')}` }));

/** The chunks of series of which each lacks the same, or what `lacks` says. */
function share(
  series: readonly Series[],
  lacks: (of: Series) => RangeSet = () => [hours(5, 6)],
  { failed = [], traits = [{ id: 'plain' }] }: { failed?: string[]; traits?: Traits[] } = {},
) {
  const { sources } = worldOf(traits);
  const planned = series.flatMap((one) => planSource(sources[one.source]!, one, lacks(one)));
  return shareChunks(planned, series, sources, new Set(failed));
}

const labels = (chunks: ReturnType<typeof share>): string[] => chunks.map(({ chunk }) => chunk.label);

describe('series that lack little', () => {
  it('share a chunk, which lacks what all of them lack together', () => {
    const [shared, ...more] = share(named(3), ({ symbol }) => [
      symbol === 'S001' ? hours(4, 6) : hours(5, 7),
    ]);
    expect(more).toEqual([]);
    expect(shared!.chunk).toMatchObject({ label: 'plain S000+2 1h 2025-03', ...hours(4, 7) });
    expect(seriesOf(shared!.chunk)).toEqual(named(3));
    expect([shared!.missing, leftOf(shared!)]).toEqual([[hours(4, 7)], 6 * HOUR]);
  });

  it('are so many in a chunk at most, and the next ones have another', () => {
    const chunks = share(named(MOST_SERIES + 2));
    expect(labels(chunks)).toEqual([
      `plain S000+${MOST_SERIES - 1} 1h 2025-03`,
      `plain S${MOST_SERIES}+1 1h 2025-03`,
    ]);
    expect(chunks.map(({ chunk }) => seriesOf(chunk).length)).toEqual([MOST_SERIES, 2]);
  });

  it('have the same chunk in each wave, however few of them are left', () => {
    const left = (symbols: string[]) =>
      share(named(3), ({ symbol }) => (symbols.includes(symbol) ? [hours(5, 6)] : []));
    expect(labels(left(['S001', 'S002']))).toEqual(['plain S000+2 1h 2025-03']);
    const [alone] = left(['S002']);
    expect(alone!.chunk).toMatchObject({ label: 'plain S000+2 1h 2025-03', symbol: 'S002' });
    expect(seriesOf(alone!.chunk)).toHaveLength(1);
  });

  it('of two months or two sources do not share one', () => {
    const across = share(named(2), () => [hours(30 * 24, 32 * 24)]);
    expect(labels(across)).toEqual(['plain S000+1 1h 2025-03', 'plain S000+1 1h 2025-04']);
    const traits = [{ id: 'plain' }, { id: 'other' }];
    const both = share([...named(2), ...named(2, 'other')], undefined, { traits });
    expect(labels(both)).toEqual(['plain S000+1 1h 2025-03', 'other S000+1 1h 2025-03']);
  });
});

describe('a chunk by itself', () => {
  it('is that of the only series of its source', () => {
    expect(labels(share([AAA]))).toEqual(['plain AAA 1h 2025-03']);
  });

  it('is that of a series that lacks more than two days, and the others share one without it', () => {
    const chunks = share(named(3), ({ symbol }) => [symbol === 'S000' ? hours(0, 49) : hours(47, 49)]);
    expect(labels(chunks)).toEqual(['plain S000 1h 2025-03', 'plain S000+2 1h 2025-03']);
    expect(seriesOf(chunks[1]!.chunk).map(({ symbol }) => symbol)).toEqual(['S001', 'S002']);
  });

  it('is that of siblings, which share their files, and of events', () => {
    const siblings: Traits[] = [
      { id: 'plain', siblings: ['other'] },
      { id: 'other', siblings: ['plain'] },
    ];
    expect(share(named(2), undefined, { traits: siblings })).toHaveLength(2);
    expect(share(named(2), undefined, { traits: [{ id: 'plain', everyMs: 8 * HOUR }] })).toHaveLength(2);
  });

  it('is that of each series whose shared chunk failed for good', () => {
    const failed = ['plain S000+1 1h 2025-03'];
    expect(labels(share(named(2), undefined, { failed }))).toEqual([
      'plain S000 1h 2025-03',
      'plain S001 1h 2025-03',
    ]);
  });
});
