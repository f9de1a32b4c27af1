import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rehearse } from '../../bench/soak/rehearse.ts';
import { startResources } from '../../bench/soak/resources.ts';

/** `npm run soak` runs a month; this is its first day. */
it('a day of schedules with faults ends with every row of the venues stored and every hole explained', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-soak-test-'));
  const start = Date.UTC(2025, 5, 1);
  const seed = 1;
  const resources = await startResources(folder, seed, start);
  try {
    const report = await rehearse(resources, { days: 1, seed, start, log: () => {} });
    expect(report.problems).toEqual([]);
    const injected = report.table.reduce((sum, row) => sum + row.injected, 0);
    expect([injected > 0, report.rows > 3 * 1_440]).toEqual([true, true]);
    expect(Object.keys(report.holes)).toEqual(['venue-outage']);
  } finally {
    await resources.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
