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
  /** of the running host, so that its budgets are kept; absent: budgets of this run alone */
  readonly jobTableUrl?: string | undefined;
}

/** Sends the requests of the checks, each through the client and the budgets that fetchers use. */
export async function probeVenues(
  checks: readonly Check[],
  { env, clock, jobTableUrl }: ProbeSettings,
): Promise<ProbeResult> {
  // Loaded here, because no other command needs them.
  const [
    { setTimeout: sleep },
    { JOB_TABLE, LOCAL_AWS, startJobTable },
    { documentClient },
    { createRateBudget },
  ] = await Promise.all([
    import('node:timers/promises'),
    import('../../host/job-table.ts'),
    import('../../functions/stores/dynamodb/dynamo.ts'),
    import('../../functions/stores/dynamodb/rate-budget.ts'),
  ]);
  const { createVenueClient } = await import('../../functions/runtime/venues/venue-client.ts');
  const { createArchiveReader } = await import('../../functions/runtime/venues/archive-reader.ts');
  const own = jobTableUrl === undefined ? await startJobTable(JOB_TABLE) : undefined;
  const client = documentClient({
    endpoint: jobTableUrl ?? own?.url ?? '',
    region: LOCAL_AWS.AWS_REGION,
    credentials: {
      accessKeyId: LOCAL_AWS.AWS_ACCESS_KEY_ID,
      secretAccessKey: LOCAL_AWS.AWS_SECRET_ACCESS_KEY,
    },
  });
  try {
    const egress = env.GORDON_EGRESS ?? 'default';
    const budget = createRateBudget({ client, table: JOB_TABLE, clock, egress });
    const venue = createVenueClient({ budget, env, clock });
    const archive = createArchiveReader(venue);
    const ports = { venue, archive, clock, sleep, hasKey: (name: string) => Boolean(env[name]) };
    return await runChecks(checks, ports);
  } finally {
    client.destroy();
    await own?.close();
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
