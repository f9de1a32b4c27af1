import { sampleRequests } from '../functions/core/queries/sample-requests.ts';
import type { Variables } from '../functions/runtime/venues/hosts.ts';
import { sources } from '../functions/sources/index.ts';
import type { HostState } from './state-file.ts';

/** The settings of the venues in an environment: hosts that are overridden, and the names of the keys that it has. */
export function venueSettings(variables: Variables): Pick<HostState, 'venueHosts' | 'venueKeys'> {
  const all = Object.values(sources);
  const hosts = new Set(all.flatMap(sampleRequests).map(({ host }) => host.env));
  const keys = new Set(all.flatMap(({ key }) => (key ? [key.env] : [])));
  const venueHosts: Record<string, string> = {};
  for (const name of hosts) {
    const value = variables[name];
    if (value) venueHosts[name] = value;
  }
  return { venueHosts, venueKeys: [...keys].filter((name) => variables[name]) };
}
