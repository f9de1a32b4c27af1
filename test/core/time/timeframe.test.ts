import { expect, it } from 'vitest';
import { DAY } from '../../../functions/core/time/time.ts';
import { isTimeframe, STEPS, stepOf, type Timeframe } from '../../../functions/core/time/timeframe.ts';

it('has steps that divide a day, so that every grid starts anew at midnight', () => {
  const unit: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY };
  for (const [name, step] of Object.entries(STEPS)) {
    expect(step).toBe(Number.parseInt(name, 10) * unit[name.at(-1)!]!);
    expect(DAY % step).toBe(0);
    expect(stepOf(name as Timeframe)).toBe(step);
  }
});

it.each(['1M', '1w', '3d', '', 'toString', '1H', '60'])('does not take %j for a timeframe', (text) => {
  expect(isTimeframe(text)).toBe(false);
});
