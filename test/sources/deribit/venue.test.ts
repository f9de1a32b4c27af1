import { expect, it } from 'vitest';
import { deribit } from '../../../functions/sources/deribit/venue.ts';

const error = (status: number, code: number, message: string) =>
  deribit.judge({
    status,
    headers: {},
    text: JSON.stringify({ jsonrpc: '2.0', error: { message, code }, usIn: 1, testnet: false }),
  });

it('reads errors by their code, also inside a good answer', () => {
  expect(error(429, 10028, 'too_many_requests')).toMatchObject({ kind: 'limited', scope: 'family' });
  expect(error(200, 10028, 'too_many_requests').kind).toBe('limited');
  expect(error(200, 13028, 'temporarily_unavailable').kind).toBe('broken');
  expect(error(400, -32602, 'Invalid params')).toEqual({
    kind: 'refused',
    message: '-32602 Invalid params',
  });
  expect(error(400, 10041, 'settlement_in_progress').kind).toBe('broken');
  expect(deribit.judge({ status: 451, headers: {}, text: '' }).kind).toBe('region');
});

it('lets an answer pass, one that has an error in its data too', () => {
  const text = '{"jsonrpc":"2.0","result":[{"instrument_name":"BTC-28MAR25-90000-C","error":1}],"usIn":1}';
  expect(deribit.judge({ status: 200, headers: {}, text })).toEqual({ kind: 'ok' });
});
