import { describe, expect, it } from 'vitest';
import { batchPages } from '../../../functions/core/fetch/batch-pages.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';
import { SECOND } from '../../../functions/core/time/time.ts';

const page = (object: string, rows: number, sha256?: string): Page => ({
  series: { source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '5m' },
  rows: { length: rows, times: new Float64Array(rows), columns: [] },
  have: [],
  empty: [],
  findings: [],
  object,
  ...(sha256 && { sha256 }),
});
const ofFile = (name: string, rows = 288): Page => page(name, rows, 'abc');

async function groups(pages: Iterable<Page> | AsyncIterable<Page>, clock = () => 0): Promise<string[][]> {
  const out: string[][] = [];
  const read = async function* (): AsyncGenerator<Page> {
    yield* pages;
  };
  for await (const group of batchPages(read(), clock)) out.push(group.map(({ object }) => object));
  return out;
}

describe('pages', () => {
  it('of small files go together, in order', async () => {
    expect(await groups([ofFile('a'), ofFile('b'), ofFile('c')])).toEqual([['a', 'b', 'c']]);
    expect(await groups([])).toEqual([]);
  });

  it('go on as soon as they are worth a commit', async () => {
    expect(await groups([ofFile('a', 4_000), ofFile('b', 6_000), ofFile('c', 44_640), ofFile('d')])).toEqual([
      ['a', 'b'],
      ['c'],
      ['d'],
    ]);
  });

  it('that were requested from a venue are not held back, nor what was held back before them', async () => {
    expect(await groups([ofFile('a'), page('GET 1', 10), page('GET 2', 10), ofFile('b')])).toEqual([
      ['a', 'GET 1'],
      ['GET 2'],
      ['b'],
    ]);
  });

  it('are not held for long', async () => {
    let now = 0;
    const slow = async function* (): AsyncGenerator<Page> {
      for (const name of ['a', 'b', 'c', 'd']) {
        yield ofFile(name);
        now += 3 * SECOND;
      }
    };
    expect(await groups(slow(), () => now)).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('that came before a failure are not lost with it', async () => {
    const cut = async function* (): AsyncGenerator<Page> {
      yield ofFile('a');
      throw new Error('cut');
    };
    const seen: string[] = [];
    const reading = (async () => {
      for await (const group of batchPages(cut(), () => 0)) seen.push(...group.map(({ object }) => object));
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(seen).toEqual(['a']);
  });
});
