import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. If one of them started last, a single worker would be busy at the end. */
const LONG = [
  'hosts/localstack',
  // Its engine leaves the dump from which the others start.
  'sql/columnstore',
  'console/console',
  'host/api/openapi-fuzz',
  'simulation/run',
  'faults/store',
  'faults/soak',
  'runbooks/lines',
  'faults/kill',
  'hosts/embedded',
  'host/sources/metrics',
  'infra/nag',
  'infra/stack',
  'host/process/process',
  'infra/context',
  'simulation/model',
  'cli/screen/screen',
  'faults/venue',
  'host/database/docker-host',
  'cli/process',
  'host/api/api',
  'cli/completion/shells',
  'host/database/cluster',
  'scale/embedded',
  'host/candles/candles',
  'sources/klines-against-simulator',
  'infra/functions',
  'sql/aggregates/timescale',
  'host/upkeep/audit',
  'host/backup/restore',
  'faults/cancel',
  'infra/jobs-api',
  'host/faults/faults',
  'runtime/rotation',
  'stores/postgres/migrate-roles',
  'stores/postgres/logins',
  'sql/aggregates/upgrade',
  'host/sources/metric-labels',
  'host/upkeep/verify',
  'faults/host-kill',
  'host/candles/candle-jobs',
  'host/database/docker',
  'host/listings/lives',
  'host/listings/universe',
  'packaging/package',
  'budgets/requests',
  'cli/export/export',
  'localstack/compose',
  'sources/probe/probe',
  'infra/bundles',
  'faults/twice',
  'host/sources/main-job',
  'host/upkeep/watch-histories',
  'cli/commands/seed-reachability',
  'stores/queries/sizes',
  'sql/aggregates/postgres',
  'host/api/openapi-conformance',
  'simulation/shrink',
  'stores/ledger/purge',
  'infra/alarms',
  'simulator/market',
  'runtime/exports/bucket-tree',
  'sql/open-time',
];

/** Projects in the order in which they run: many small files come at the end. */
const PROJECTS = ['processes', 'mocked', 'shared'];

/**
 * Runs projects one after the other, as files that share a process must stay together, and in each of them the slow files
 * first, then the others by size.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ranked = files.map((file) => {
      const name = file.moduleId.split('/test/').at(-1)!.replace('.test.ts', '');
      const long = LONG.indexOf(name);
      return {
        file,
        project: PROJECTS.indexOf(file.project.name),
        rank: long >= 0 ? long : LONG.length,
        size: statSync(file.moduleId).size,
      };
    });
    return ranked
      .sort((a, b) => a.project - b.project || a.rank - b.rank || b.size - a.size)
      .map(({ file }) => file);
  }
}
