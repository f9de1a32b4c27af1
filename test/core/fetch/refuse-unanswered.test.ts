import { describe, expect, it } from 'vitest';
import type { FetchContext } from '../../../functions/core/fetch/fetch-context.ts';
import { fetchMissing } from '../../../functions/core/fetch/fetch-missing.ts';
import type { ArchiveTier, Parsed, Source } from '../../../functions/core/series/source.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const DAY = Date.UTC(2025, 0, 2);
const LINES = [
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio',
  '2025-01-02 01:00:00,BTCUSDT,80000,7000000,1.5,1.2,1.7,0.9',
  '2025-01-02 02:00:00,BTCUSDT,80001,7000001,1.5,"",1.7,0.9',
  '2025-01-02 03:00:00,BTCUSDT,80002,7000002,1.5,1.2,1.7,0.9',
];
const source = sources.open_interest_binance!;

/** Reads the file for open interest by a parser that was tampered with. */
async function readBy(tamper: (parsed: Parsed) => Parsed): Promise<string[]> {
  const tiers = source.tiers.map((tier): ArchiveTier | (typeof source.tiers)[number] => {
    if (tier.kind !== 'archive') return tier;
    const parser: ArchiveTier['parser'] = (...of) => {
      const { push, end } = tier.parser(...of);
      const changed = (parsed: Parsed | undefined) => parsed && tamper(parsed);
      return { push: (bytes) => changed(push(bytes)), end: () => changed(end()) };
    };
    return { ...tier, parser };
  });
  const doctored: Source = { ...source, tiers };
  async function* content() {
    yield new TextEncoder().encode(`${LINES.join('\n')}\n`);
  }
  const ports = {
    archive: { read: async () => ({ sha256: 'abc', content: content() }) },
    venue: { get: async () => undefined },
    clock: () => DAY + 400 * 24 * HOUR,
  };
  const context: FetchContext = {
    source: doctored,
    series: { source: source.id, symbol: 'BTCUSDT', timeframe: '1h' },
    sources: { ...sources, [source.id]: doctored },
    archives: 'required',
    listing: async () => ({ listedAt: 0 }),
  };
  const missing = [{ start: DAY + HOUR, end: DAY + 4 * HOUR }];
  const rows: string[] = [];
  for await (const page of fetchMissing(ports, context, missing).pages)
    rows.push(`${page.series.source} ${page.rows.length}`);
  return rows;
}

describe('a file that five sources share', () => {
  it('is kept when each instant has a row or a finding for each of them', async () => {
    expect(await readBy((parsed) => parsed)).toEqual(
      expect.arrayContaining(['open_interest_binance 3', 'ratio_top_positions 2', 'ratio_taker_volume 3']),
    );
  });

  it('is refused whole when the parser says nothing about a sibling', async () => {
    const { ratio_taker_volume: _, ...kept } = (await parsedOnce()).also!;
    await expect(readBy((parsed) => ({ ...parsed, also: kept }))).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'broken-invariant',
      subject: 'ratio_taker_volume BTCUSDT 1h',
      message: expect.stringContaining('neither for 3 of the instants in a file of open_interest_binance'),
    });
  });

  it('is refused when a blank cell leaves no finding', async () => {
    const silent = ({ also = {}, ...parsed }: Parsed): Parsed => ({
      ...parsed,
      also: { ...also, ratio_top_positions: { ...also.ratio_top_positions!, findings: [] } },
    });
    await expect(readBy(silent)).rejects.toMatchObject({
      code: 'broken-invariant',
      subject: 'ratio_top_positions BTCUSDT 1h',
      message: expect.stringContaining('from 2025-01-02T02:00:00Z to 2025-01-02T03:00:00Z: neither for 1 of'),
    });
  });
});

async function parsedOnce(): Promise<Parsed> {
  let kept: Parsed | undefined;
  await readBy((parsed) => {
    kept = parsed;
    return parsed;
  });
  return kept!;
}
