import { beforeEach, describe, expect, it } from 'vitest';
import { Float, write } from '../../../simulator/deribit/wire.ts';
import { simulateAt } from '../simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

const call = (path: string, ip?: string) => get(`/deribit/api/v2/public/${path}`, ip);

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.faults.clear();
});

describe('wire', () => {
  it('writes floats with a point and, where shorter, an exponent', () => {
    const text = (value: number) => new Float(value).toString();
    expect([0, 1, 2050, 0.5, 1716.9, 0.0001].map(text)).toEqual([
      '0.0',
      '1.0',
      '2050.0',
      '0.5',
      '1716.9',
      '0.0001',
    ]);
    expect([0.00028, 0.00001, 0.0000025].map(text)).toEqual(['2.8e-4', '1.0e-5', '2.5e-6']);
    expect(write({ a: [new Float(1), 1, null, undefined as never].slice(0, 3), b: undefined })).toBe(
      '{"a":[1.0,1,null]}',
    );
  });

  it.each([
    ['get_book_summary_by_currency', { reason: 'value required', param: 'currency' }],
    ['get_book_summary_by_currency?currency=XYZ', { reason: 'wrong format', param: 'currency' }],
    ['ticker?instrument_name=BTC-1JAN20-1-C', { reason: 'instrument not found', param: 'instrument_name' }],
    ['get_index_price?index_name=nope', { reason: 'wrong format', param: 'index_name' }],
  ])('refuses %s with 400 and a reason', async (path, data) => {
    const { status, json } = await call(path);
    expect(status).toBe(400);
    expect(json().error).toEqual({ message: 'Invalid params', data, code: -32602 });
    expect(json()).not.toHaveProperty('id');
  });

  it('takes JSON-RPC posts and gives their id back', async () => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method: 'public/get_index_price',
      params: { index_name: 'btc_usd' },
    });
    const response = await fetch(`${venues.url}/deribit/api/v2`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ id: 7, result: { index_price: expect.any(Number) } });
  });

  it('allows 100 requests in five seconds', async () => {
    venues.control.limits.override('deribit', 2);
    const ask = () => call('get_index_price?index_name=btc_usd', '10.5.0.2');
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([200, 200, 429]);
    venues.control.clock.advance(5_000);
    expect((await ask()).status).toBe(200);
    venues.control.limits.override('deribit', 100);
  });

  it('can be set to hide an error in a good answer', async () => {
    venues.faults.add({ kind: 'status', venue: 'deribit', status: 200, times: 1 });
    const { status, json } = await call('get_index_price?index_name=btc_usd');
    expect(status).toBe(200);
    expect(json().error.code).toBe(13028);
  });
});
