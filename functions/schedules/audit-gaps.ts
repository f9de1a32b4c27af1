import type { ExpiringGap } from '../core/queries/status/expiring-gaps.ts';
import { type AuditPorts, auditGaps } from '../core/schedules/audit.ts';
import { iso } from '../core/time/time.ts';
import { type CrossPorts, crossCheck } from '../core/verify/cross/cross-check.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';
import { comparisons } from '../sources/comparisons.ts';

export const createHandler = scheduledHandler(
  'audit-gaps',
  async (
    ports: AuditPorts & Omit<CrossPorts, 'catalog'> & Uses<'events' | 'catalog' | 'sizeSamples'>,
    log,
  ) => {
    const audit = await auditGaps(ports);
    if (!audit) {
      log.info('another audit is at it');
      return { skipped: true };
    }
    const { perishable, ...result } = audit;
    const expiring = perishable.map(detailOf);
    for (const detail of expiring) log.warn('perishable gap', detail);
    await ports.events.publish(expiring.map((detail) => ({ type: 'GapExpiring', detail })));
    await ports.sizeSamples.sample();
    log.info('audit', result);
    const cross = await crossCheck(ports, comparisons);
    log.info('cross-check', { ...cross });
    return { ...result, perishable: perishable.length, cross };
  },
);

const detailOf = ({ source, symbol, timeframe, start, end, lostAt, daysLeft }: ExpiringGap) => ({
  source,
  symbol,
  timeframe,
  from: iso(start),
  to: iso(end),
  lostAt: iso(lostAt),
  daysLeft,
});

export const handler = createHandler(servicesFromEnv);
