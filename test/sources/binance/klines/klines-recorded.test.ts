import { describe, expect, it } from 'vitest';
import type { Source } from '../../../../functions/core/series/source.ts';
import { floorTo } from '../../../../functions/core/time/time.ts';
import { isTimeframe, stepOf, type Timeframe } from '../../../../functions/core/time/timeframe.ts';
import { sources } from '../../../../functions/sources/index.ts';
import { recorded, recordingsAbsent } from '../../../helpers/recorded.ts';
import { bytes, expectSound, type PlainRow, parseFile, rowsOf, tiersOf } from '../../conformance.ts';

interface Pair {
  readonly request: string;
  readonly response: readonly (readonly (string | number)[])[];
}

/** A venue's row as the table has it, by plain `Number`. */
function plain(row: readonly (string | number)[], symbol: string, timeframe: Timeframe): PlainRow {
  const [open, ...rest] = row.map(Number) as [number, ...number[]];
  const numbers = [...rest.slice(0, 5), ...rest.slice(6, 10)];
  const millis = open >= 1e15 ? open / 1000 : open;
  return [symbol, timeframe, floorTo(millis, stepOf(timeframe)), ...numbers];
}

const REST = { klines_spot: 'binance_spot', klines_perp: 'binance_usdm' } as const;

describe.each(Object.entries(REST))('%s over REST', (id, folder) => {
  it('reads every recorded row value by value', ({ skip }) => {
    const text = recorded(`${folder}/klines_rest_pairs.json`);
    if (text === undefined) return skip(recordingsAbsent);
    const pairs = JSON.parse(text) as Pair[];
    expect(pairs.length).toBeGreaterThan(0);
    for (const { request, response } of pairs) {
      const query = new URLSearchParams(request.split('?')[1]);
      const [symbol, timeframe] = [query.get('symbol')!, query.get('interval')!];
      if (!isTimeframe(timeframe)) throw new Error(`unexpected interval in ${request}`);
      const source: Source = sources[id]!;
      const [tier] = tiersOf(source, 'pages');
      const series = { source: id, symbol, timeframe };
      const body = bytes(JSON.stringify(response));
      const lastClose = Number(response.at(-1)![6]);

      const closed = tier!.parse(body, series, lastClose + 1);
      expectSound(closed, source.table, series);
      expect(rowsOf(closed)).toEqual(response.map((row) => plain(row, symbol, timeframe)));
      expect(closed).toMatchObject({ rowsInBody: response.length, findings: [] });

      const open = tier!.parse(body, series, lastClose);
      expect(rowsOf(open)).toEqual(rowsOf(closed).slice(0, -1));
    }
  });
});

describe('klines_spot from the archive', () => {
  it.for(['ETHUSDT-1h-2024-12', 'ETHUSDT-1h-2025-01'])('reads %s value by value', (name, { skip }) => {
    const text = recorded(`binance_archive/${name}.csv`);
    if (text === undefined) return skip(recordingsAbsent);
    const series = { source: 'klines_spot', symbol: 'ETHUSDT', timeframe: '1h' as const };
    const [tier] = tiersOf(sources.klines_spot!, 'archive');
    const lines = text.trimEnd().split(/\r?\n/);
    for (const pieceLength of [text.length, 4096]) {
      const { rows, findings } = parseFile(tier!.parser(series), bytes(text), pieceLength);
      expect(rows.length).toBe(744);
      expect(rows).toEqual(lines.map((line) => plain(line.split(','), 'ETHUSDT', '1h')));
      expect(findings).toEqual([]);
    }
  });
});
