import { auditGaps } from '../core/schedules/audit.ts';
import { iso } from '../core/time/time.ts';
import { scheduledHandler } from '../runtime/scheduled-handler.ts';
import { servicesFromEnv } from '../runtime/services.ts';

export const createHandler = scheduledHandler(
  async (services, log) => {
    const audit = await auditGaps(services);
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
  },
  { noted: 'audit-gaps' },
);

export const handler = createHandler(servicesFromEnv);
