import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startVenuesProcess, type VenuesProcess } from '../../host/venues-process.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/**
 * The simulated venues at the far end of a slow line, where one is wanted.
 * @param line round trip in ms and MB/s, such as `80,30`; absent: the venues as near as they are
 */
export async function startVenuesBehind(
  line: string | undefined,
  options: Parameters<typeof startVenuesProcess>[0],
): Promise<VenuesProcess> {
  const venues = await startVenuesProcess(options);
  if (line === undefined) return venues;
  const [ms, megabytes] = line.split(',').map(Number);
  if (!(ms! >= 0 && megabytes! > 0)) throw new RangeError(`LINE is "${line}": write ms,MB/s such as 80,30`);
  const child = fork(MAIN, [venues.url, String(ms), String(megabytes)]);
  const [url] = (await once(child, 'message')) as [string];
  const [near, far] = [new URL(url).host, new URL(venues.url).host];
  return {
    ...venues,
    url,
    env: Object.fromEntries(
      Object.entries(venues.env).map(([name, value]) => [name, value.replaceAll(far, near)]),
    ),
    async close() {
      child.disconnect();
      await venues.close();
    },
  };
}
