import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fetchMonths } from '../../bench/lambda/fetching.ts';
import { withHost } from '../../bench/lambda/host.ts';
import { startVenues } from '../../simulator/index.ts';
import { createTestDatabase } from '../helpers/database.ts';

it('bench:lambda fetches a chunk in a process of its own, which finds its job in the job table', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-lambda-'));
  const venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues') });
  try {
    await using database = await createTestDatabase();
    // The module instead of its bundle, which takes as long to make as to load.
    const url = new URL('../../functions/states/fetch-chunk.ts', import.meta.url).href;
    await withHost(
      folder,
      async (host) => {
        const fetched = await fetchMonths(host, url, 512, { months: 1, limited: false, timeframe: '1h' });
        expect(fetched).toMatchObject({ rows: 31 * 24, chunks: 1, memoryMb: 512 });
        expect(fetched.cpuSeconds).toBeGreaterThan(0);
      },
      { databaseUrl: database.url, durable: false, simulated: false, env: venues.env },
    );
  } finally {
    await venues.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
