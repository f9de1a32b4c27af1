import { expect, it } from 'vitest';
import { certificateLine, verdictLine } from '../../../cli/format/verify.ts';
import type { PeriodCertificate } from '../../../functions/core/verify/certificate.ts';

const period: PeriodCertificate = {
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1h',
  from: '2025-03-01T00:00:00Z',
  to: '2025-04-01T00:00:00Z',
  rows: 744,
  first: '2025-03-01T00:00:00Z',
  last: '2025-03-31T23:00:00Z',
  sha256: '0123456789abcdef',
  compared: 744,
  changed: 0,
  missing: 0,
  extra: 0,
  differences: [],
  objects: [],
  outdated: [],
  verdict: 'identical',
  identical: true,
};
const old: PeriodCertificate = {
  ...period,
  outdated: [{ from: '2025-03-01T00:00:00Z', to: '2025-03-02T00:00:00Z', reason: 'pre-listing' }],
  verdict: 'outdated',
  identical: false,
};
const changed: PeriodCertificate = { ...old, changed: 2, verdict: 'different' };
const plain = (_style: string, text: string): string => text;

it.each([
  [[period], 'identical: 744 rows in 1 period, SHA-256 abc'],
  [[period, old], 'outdated: proofs of 1 of 2 periods rest on an old look, 1,488 rows in 2 periods'],
  [[old, changed], 'different: 1 of 2 periods, 1,488 rows in 2 periods, SHA-256 abc'],
])('a run of %# ends with what is worst in it', (periods, line) => {
  expect(verdictLine(periods, 'abc', plain)).toBe(line);
});

it('a period says which proof is old', () => {
  expect(certificateLine(old, plain)).toContain(
    "pre-listing 2025-03-01 to 2025-03-02 was proven by an old look at the symbol's lives",
  );
});
