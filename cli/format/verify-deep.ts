import type { DeepCertificate } from '../../functions/core/verify/deep/deep-certificate.ts';
import type { Paint } from '../terminal.ts';
import { count, dayOrTime, plural, time } from './values.ts';

/** `trades_spot BTCUSDT 2025-03-01 to 2025-03-02: 11,520 rows of trades, 1,440 minutes compared with klines_spot, identical` */
export function deepLine(found: DeepCertificate, paint: Paint): string {
  const { source, symbol, candles, from, to, trades, compared } = found;
  const what = `${source} ${symbol} ${dayOrTime(from)} to ${dayOrTime(to)}`;
  const rows = plural(trades, 'row of trades', 'rows of trades');
  return `${what}: ${rows}, ${plural(compared, 'minute')} compared with ${candles}, ${verdictOf(found, paint)}`;
}

function verdictOf({ verdict, different }: DeepCertificate, paint: Paint): string {
  if (verdict === 'different') return paint('red', `${count(different)} different`);
  return verdict === 'identical' ? paint('green', 'identical') : paint('yellow', 'nothing compared');
}

/** Each minute that differs, with both values of each field. */
export const differentCandles = (periods: readonly DeepCertificate[]): string[] =>
  periods.flatMap(({ source, symbol, candles, different, differences }) => [
    ...differences.map(({ time: at, fields }) => {
      const values = fields.map(
        ({ field, made, stored }) => `${field} ${made} by the trades, ${stored} stored`,
      );
      return `  ${source} ${symbol} ${time(at)} (${candles}): ${values.join('; ')}`;
    }),
    ...(different > differences.length ? [`  and ${count(different - differences.length)} more`] : []),
  ]);

export function deepVerdict(periods: readonly DeepCertificate[], paint: Paint): string {
  const compared = periods.reduce((sum, one) => sum + one.compared, 0);
  const different = periods.reduce((sum, one) => sum + one.different, 0);
  const left = periods.reduce((sum, one) => sum + one.not_compared, 0);
  const rest = left > 0 ? `, ${count(left)} of which trades or candles are not stored` : '';
  const all = `${plural(compared, 'minute')} compared${rest}`;
  if (different > 0) {
    return `${paint('red', 'different')}: ${plural(different, 'candle')} not what the trades make, ${all}`;
  }
  if (compared === 0) return `${paint('red', 'nothing was compared')}: ${all}`;
  return `${paint('green', 'identical')}: the trades make the stored candles, ${all}`;
}
