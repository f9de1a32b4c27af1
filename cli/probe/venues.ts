import type { Check } from '../../functions/core/probe/check.ts';
import { toHttpRequest } from '../../functions/core/probe/check.ts';
import { type ProbeResult, runChecks } from '../../functions/core/probe/run-checks.ts';
import type { Host } from '../../functions/core/series/venue.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import { baseUrl, type Variables } from '../../functions/runtime/venues/hosts.ts';

export interface ProbeSettings {
  /** addresses and keys of the venues */
  readonly env: Variables;
  readonly clock: Clock;
  /** the job table of the running host, so that its budgets are kept; absent: budgets of this run alone */
  readonly jobFile?: string | undefined;
}

/** Sends the requests of the checks, each through the client and the budgets that fetchers use. */
export async function probeVenues(
  checks: readonly Check[],
  { env, clock, jobFile = ':memory:' }: ProbeSettings,
): Promise<ProbeResult> {
  // Loaded here, because no other command needs them.
  const [{ setTimeout: sleep }, { jobFile: openJobFile }, { createVenueClient }, { createArchiveReader }] =
    await Promise.all([
      import('node:timers/promises'),
      import('../../host/jobs/job-file.ts'),
      import('../../functions/runtime/venues/venue-client.ts'),
      import('../../functions/runtime/venues/archive-reader.ts'),
    ]);
  const table = openJobFile(jobFile, env.GORDON_EGRESS ?? 'default')({ clock, sleep });
  try {
    const venue = createVenueClient({ budget: table.budget(), env, clock });
    const archive = createArchiveReader(venue);
    const ports = { venue, archive, clock, sleep, hasKey: (name: string) => Boolean(env[name]) };
    return await runChecks(checks, ports);
  } finally {
    table.close();
  }
}

/** The hosts that the checks need. */
export const hostsOf = (checks: readonly Check[], now: number): Host[] => [
  ...new Map(
    checks
      .flatMap((check) => check.requests(now))
      .map((one) => [toHttpRequest(one).host.env, toHttpRequest(one).host]),
  ).values(),
];

/** Whether a variable names another address than the venue's own. @throws GordonError `bad-environment` */
export const isElsewhere = (host: Host, env: Variables): boolean => baseUrl(host, env) !== host.url;
