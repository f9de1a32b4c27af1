import type { PeriodCertificate } from '../../functions/core/verify/certificate.ts';
import type { Paint } from '../terminal.ts';
import { count, dayOrTime, plural } from './values.ts';

/** `klines_spot BTCUSDT 1m 2025-03-01 to 2025-04-01: 44,640 rows, 44,640 compared, identical 9f86d081…` */
export function certificateLine(period: PeriodCertificate, paint: Paint): string {
  const { source, symbol, timeframe, from, to, rows, compared, sha256 } = period;
  const what = `${source} ${symbol} ${timeframe} ${dayOrTime(from)} to ${dayOrTime(to)}`;
  return `${what}: ${plural(rows, 'row')}, ${count(compared)} compared, ${verdictOf(period, paint)} ${sha256.slice(0, 12)}`;
}

function verdictOf(period: PeriodCertificate, paint: Paint): string {
  if (period.verdict === 'different') return paint('red', differenceOf(period));
  if (period.verdict === 'outdated') {
    const [{ from, to, reason }] = period.outdated as readonly [PeriodCertificate['outdated'][number]];
    return paint(
      'yellow',
      `${reason} ${dayOrTime(from)} to ${dayOrTime(to)} was proven by an old look at the symbol's lives`,
    );
  }
  return period.verdict === 'identical' ? paint('green', 'identical') : paint('yellow', 'nothing compared');
}

function differenceOf({ changed, missing, extra, objects }: PeriodCertificate): string {
  const renewed = objects.filter(({ ledger, venue }) => ledger !== venue).length;
  const parts = [
    changed > 0 ? `${count(changed)} changed` : '',
    missing > 0 ? `${count(missing)} missing` : '',
    extra > 0 ? `${count(extra)} that the venue does not have` : '',
    renewed > 0 ? `${plural(renewed, 'object')} republished` : '',
  ];
  return parts.filter(Boolean).join(', ');
}

/** The verdict on the whole run. A part that the venue cannot repeat is counted; where that is all there is, nothing is certified. */
export function verdictLine(periods: readonly PeriodCertificate[], sha256: string, paint: Paint): string {
  const rows = periods.reduce((sum, period) => sum + period.rows, 0);
  const compared = periods.reduce((sum, period) => sum + period.compared, 0);
  const different = periods.filter(({ verdict }) => verdict === 'different').length;
  const rest = compared < rows ? `, ${count(rows - compared)} of them not repeated by the venue` : '';
  const all = `${plural(rows, 'row')} in ${plural(periods.length, 'period')}${rest}`;
  if (different > 0) {
    return `${paint('red', 'different')}: ${different} of ${plural(periods.length, 'period')}, ${all}, SHA-256 ${sha256}`;
  }
  const outdated = periods.filter(({ verdict }) => verdict === 'outdated').length;
  if (outdated > 0) {
    return `${paint('red', 'outdated')}: proofs of ${outdated} of ${plural(periods.length, 'period')} rest on an old look, ${all}`;
  }
  if (compared === 0) return `${paint('red', 'nothing was compared')}: ${all}`;
  return `${paint('green', 'identical')}: ${all}, SHA-256 ${sha256}`;
}
