import { join } from 'node:path';
import { type Host, startHost } from '../../host/host.ts';
import { startVenuesProcess } from '../../host/venues-process.ts';
import { inFolder, unlessInterrupted } from '../temporary-folder.ts';

/**
 * Runs the work on an empty host of its own and simulated venues in a process of theirs, as real ones are elsewhere. Both end with the
 * work, also when it is interrupted, and their folder goes.
 */
export const inWarehouse = (
  name: string,
  work: (host: Host, folder: string) => Promise<void>,
): Promise<void> =>
  inFolder(name, async (folder) => {
    const venues = await startVenuesProcess({ cacheDir: join(folder, 'venues'), seed: 1 });
    const host = await startHost({
      folder,
      ports: { jobs: 0, candles: 0, database: 0 },
      simulated: false,
      env: { ...venues.env },
    });
    try {
      await unlessInterrupted(work(host, folder));
    } finally {
      await host.close();
      await venues.close();
    }
  });
