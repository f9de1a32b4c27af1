import { planSource } from '../../../functions/core/ledger/plan.ts';
import { type ChunkEstimate, estimateChunk } from '../../../functions/core/quote/estimate-chunk.ts';
import { buildQuote } from '../../../functions/core/quote/quote.ts';
import type { Source } from '../../../functions/core/series/source.ts';
import { LIMIT_SHARE } from '../../../functions/core/series/venue.ts';
import { sources } from '../../../functions/sources/index.ts';
import { number, table } from '../../document/markdown.ts';
import { NOW, RANGE } from './scenarios.ts';

const SYMBOLS = 500;

interface Demand {
  readonly family: string;
  readonly requests: number;
  /** days that the limit alone takes at one address; 0 where none is published */
  readonly days: number;
}

/** Requests of every source for many symbols and ten years, by limit, from the quotes that the API gives. */
function demands(): readonly Demand[] {
  const by = new Map<string, Demand>();
  const read = new Set<string>();
  for (const source of Object.values(sources)) {
    const symbols = isOfMarket(source) ? SYMBOLS : source.defaultSymbols.length;
    for (const { family, requests, weight, limit, window_seconds } of buildQuote(1, chunksOf(source, read))
      .requests) {
      const windows = limit === null ? 0 : (weight * symbols) / (limit * LIMIT_SHARE);
      const before = by.get(family) ?? { family, requests: 0, days: 0 };
      const days = before.days + (windows * (window_seconds ?? 0)) / 86_400;
      by.set(family, { family, requests: before.requests + requests * symbols, days });
    }
  }
  return [...by.values()].sort((a, b) => b.days - a.days || b.requests - a.requests);
}

/** Sources of the markets take any symbol; the others have a few of their own. */
const isOfMarket = ({ symbolPattern }: Source): boolean => symbolPattern.test('ADAUSDT');

function chunksOf(source: Source, read: Set<string>): ChunkEstimate[] {
  const timeframe = source.defaultTimeframe;
  const series = { source: source.id, symbol: source.defaultSymbols[0]!, timeframe };
  return planSource(source, series, [RANGE]).map((planned) =>
    estimateChunk(source, planned, { now: NOW, ...(source.siblings && { read }) }),
  );
}

export const demandTable = (): string =>
  table(
    ['limit', 'requests', '1 address', '10', '100'],
    demands().map(({ family, requests, days }) => [
      `\`${family}\``,
      number(requests),
      ...[1, 10, 100].map((n) => (days === 0 ? 'none' : span(days / n))),
    ]),
  );

function span(days: number): string {
  if (days >= 1) return `${number(days, 1)} d`;
  return days >= 1 / 24 ? `${number(days * 24, 1)} h` : `${number(days * 24 * 60, 1)} min`;
}
