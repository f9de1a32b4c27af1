import { describe, expect, it } from 'vitest';
import { parseInput } from '../../../functions/core/errors/bad-request.ts';
import {
  exportedText,
  parseExport,
  parseRowsExport,
} from '../../../functions/core/queries/export/export-rows.ts';
import { parseFormat } from '../../../functions/core/queries/export/formats.ts';
import { RowsQuery } from '../../../functions/core/queries/parameters.ts';
import type { RowsRequest } from '../../../functions/core/queries/ports.ts';
import { sources } from '../../../functions/sources/index.ts';

describe('the format of rows', () => {
  it.each([
    [undefined, undefined, 'json'],
    [undefined, '*/*', 'json'],
    [undefined, 'text/html,application/xhtml+xml,*/*;q=0.8', 'json'],
    [undefined, 'text/csv', 'csv'],
    [undefined, 'application/json;q=0.5, application/x-ndjson', 'ndjson'],
    [undefined, 'text/csv;q=0, application/json', 'json'],
    [undefined, 'application/vnd.apache.parquet', 'parquet'],
    [undefined, 'application/vnd.apache.arrow.file', 'arrow'],
    ['csv', 'application/json', 'csv'],
    ['parquet', undefined, 'parquet'],
    ['json', 'text/csv', 'json'],
  ])('of format=%s and Accept: %s is %s', (word, accept, format) => {
    expect(parseFormat(word, accept)).toBe(format);
  });

  it.each([
    ['xml', undefined],
    ['', undefined],
    ['constructor', undefined],
    [undefined, 'application/vnd.ms-excel'],
  ])('of format=%s and Accept: %s is refused', (word, accept) => {
    expect(() => parseFormat(word, accept)).toThrow(expect.objectContaining({ code: 'unknown-format' }));
  });
});

const parsed = (table: string, query: Record<string, string>) =>
  parseRowsExport(sources, table, parseInput(RowsQuery, query, 'the query'), 'csv');

describe('an export', () => {
  it.each([
    [{ format: 'json' }, undefined, 'json'],
    [{ format: 'json', limit: '5' }, undefined, undefined],
    [{}, 'application/json', undefined],
    [{}, undefined, undefined],
    [{ format: 'csv' }, undefined, 'csv'],
    [{}, 'text/csv', 'csv'],
  ])('of %j and Accept: %s is %s, else there is a page', (query, accept, format) => {
    const request = { path: { table: 'spot_klines' }, headers: { accept } };
    const given = parseInput(RowsQuery, { symbol: 'BTCUSDT', ...query }, 'the query');
    expect(parseExport(sources, request, given)?.format).toBe(format);
  });

  it('has a request for each symbol once, and a name for the file', () => {
    const { requests, headers } = parsed('spot_klines', {
      symbol: 'BTCUSDT,ETHUSDT,BTCUSDT',
      timeframe: '1h',
    });
    expect(requests.map(({ where }) => where.symbol)).toEqual(['BTCUSDT', 'ETHUSDT']);
    expect(headers['content-disposition']).toContain('filename="spot_klines-BTCUSDT-ETHUSDT-1h.csv"');
  });

  it.each([
    ['a limit', { symbol: 'BTCUSDT', limit: '5' }],
    ['no symbol between commas', { symbol: 'BTCUSDT,,ETHUSDT' }],
    ['candles of several symbols', { symbol: 'BTCUSDT,ETHUSDT', every: '1h' }],
    ['no symbol', {}],
  ])('refuses %s', (_, query) => {
    expect(() => parsed('spot_klines', query)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });

  it('begins with the columns once, whatever the number of symbols', async () => {
    const wanted = parsed('spot_klines', { symbol: 'BTCUSDT,ETHUSDT', columns: 'symbol,close' });
    const queries = {
      async *batches({ where }: RowsRequest) {
        const symbol = { constant: where.symbol! };
        yield { length: 1, columns: [symbol, Float64Array.of(1)] };
        yield { length: 1, columns: [symbol, Float64Array.of(2)] };
      },
    };
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of exportedText(wanted, queries, new AbortController().signal))
      text += decoder.decode(piece);
    expect(text).toBe('symbol,close\nBTCUSDT,1\nBTCUSDT,2\nETHUSDT,1\nETHUSDT,2\n');
  });
});
