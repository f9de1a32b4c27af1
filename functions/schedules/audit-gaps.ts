import { type AuditPorts, auditGaps } from '../core/schedules/audit.ts';
import { iso } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler('audit-gaps', async (ports: AuditPorts, log) => {
  const audit = await auditGaps(ports);
  if (!audit) {
    log.info('another audit is at it');
    return { skipped: true };
  }
  const { perishable, ...result } = audit;
  for (const { start, end, lostAt, daysLeft, ...series } of perishable) {
    log.warn('perishable gap', {
      ...series,
      from: iso(start),
      to: iso(end),
      lostAt: iso(lostAt),
      daysLeft,
    });
  }
  log.info('audit', result);
  return { ...result, perishable: perishable.length };
});

export const handler = createHandler(servicesFromEnv);
