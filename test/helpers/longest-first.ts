import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. If one of them started last, a single worker would be busy at the end. */
const LONG = [
  // It collects its heap two dozen times, which takes a minute in a process that other files have filled.
  'runtime/streamed-archive',
  'hosts/localstack',
  'python/python',
  // Its engine leaves the dump from which the others start.
  'sql/columnstore',
  'console/console',
  'simulation/run',
  'host/api/openapi-fuzz',
  'faults/store',
  'infra/nag',
  'faults/soak',
  'faults/kill',
  'host/process/process',
  'simulation/model',
  'faults/venue',
  'runbooks/lines',
  'hosts/embedded',
  'cli/export/export',
  'host/fleet/fleet',
  'infra/stack',
  'cli/process',
  'host/database/docker-host',
  'host/backup/restore',
  'stores/postgres/logins',
  'scale/embedded',
  'host/api/api',
  'sources/probe/probe',
  'host/sources/metrics',
  'stores/postgres/migrate-roles',
  'host/database/cluster',
  'faults/cancel',
  'cli/completion/shells',
  'sources/klines-against-simulator',
  'cli/screen/screen',
  'host/listings/universe',
  'faults/host-kill',
  'packaging/package',
  'infra/bundles',
  'host/candles/candles',
  'sql/aggregates/timescale',
  'budgets/requests',
  'stores/dynamodb/rate-budget',
  'host/sources/metric-labels',
  'use-cases/universe',
  'host/candles/candle-jobs',
  'faults/twice',
  'infra/functions',
  'infra/context',
  'simulator/market',
  'host/listings/lives',
  'sql/aggregates/upgrade',
  'host/upkeep/watch-histories',
  'host/upkeep/audit',
  'cli/commands/probe',
  'host/upkeep/verify',
  'stores/queries/sizes',
  'host/faults/faults',
  'use-cases/hyperliquid',
  'simulation/shrink',
  'host/database/docker',
  'infra/jobs-api',
  'sql/open-time',
  'runtime/rotation',
  'host/sources/main-job',
  'host/api/openapi-conformance',
  'sources/computed-prices-against-simulator',
  'cli/hints',
  'faults/full-disk',
  'runtime/prepared/prepared-files',
  'infra/alarms',
  'sql/aggregates/postgres',
  'host/sources/gex',
  'host/upkeep/watch-archives',
  'stores/postgres/migrate',
  'runtime/secrets-in-logs',
  'stores/ledger/series-catalog',
  'stores/files/files',
  'cli/commands/seed-reachability',
  'stores/dynamodb/job-store',
  'host/sources/sentiment',
  'stores/ledger/commit-memory',
  'simulator/recorded',
  'stores/ledger/purge',
  'infra/customer-key',
  'simulator/archive/archive',
  'host/sources/recorded',
  'simulation/engine/interpret',
  'runtime/exports/bucket-tree',
  'simulation/venue/venue-truth',
  'host/sources/macro',
  'stores/ledger/series-store',
  'sources/coinm-against-simulator',
  'host/sources/funding-intervals',
  'sql/recounts-timescale',
  'console/web/slices',
  'host/candles/candle-schedule',
  'sources/binance/metrics/metric-labels',
  'use-cases/verify',
  'host/upkeep/heal',
  'stores/ledger/ledger.property',
  'simulator/hyperliquid',
  'host/candles/candle-faults',
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
