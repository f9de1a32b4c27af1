import type { ExpiringGap } from '../core/queries/status/expiring-gaps.ts';
import { type AuditPorts, auditGaps } from '../core/schedules/audit.ts';
import { iso } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  'audit-gaps',
  async (ports: AuditPorts & Uses<'events' | 'sizeSamples'>, log) => {
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
    return { ...result, perishable: perishable.length };
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
