import { rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { stopCluster } from '../../host/cluster/index.ts';
import { placeData } from '../../host/cluster/location.ts';
import { serverUser } from '../../host/cluster/os-user.ts';

/** Stops the server of a data folder and deletes its data, also where root's server keeps them elsewhere. */
export async function removeCluster(dataDir: string): Promise<void> {
  await stopCluster(dataDir);
  const at = placeData(dataDir, serverUser(dataDir));
  rmSync(at, { recursive: true, force: true });
  if (at !== resolve(dataDir)) rmSync(dirname(at), { recursive: true, force: true });
}
