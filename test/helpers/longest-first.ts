import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. If one of them started last, a single worker would be busy at the end. */
const LONG = [
  'hosts/localstack',
  'console/console',
  'runbooks/lines',
  'hosts/embedded',
  'faults/soak',
  'faults/store',
  'faults/kill',
  'faults/venue',
  'infra/bundles',
  'host/process/process',
  'faults/cancel',
  'faults/host-kill',
  'host/database/cluster',
  'host/database/docker-host',
  // Its engine leaves the dump from which the others start.
  'sql/columnstore',
  'simulation/run',
  'scale/embedded',
  'host/upkeep/audit',
  'host/sources/metrics',
  'host/candles/candles',
  'host/api/openapi-fuzz',
  'sql/aggregates/timescale',
  'host/listings/lives',
  'infra/stack',
];

/** Projects in the order in which they run: many small files come at the end. */
const PROJECTS = ['processes', 'shared'];

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
