import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. If one of them started last, a single worker would be busy at the end. */
const LONG = [
  'hosts/localstack',
  'console/console',
  'runbooks/lines',
  'hosts/embedded',
  'scale/embedded',
  'faults/store',
  'infra/stack',
  'host/sources/metrics',
  'faults/kill',
  'infra/bundles',
  'host/upkeep/audit',
  'host/candles/candles',
  'faults/soak',
  'host/listings/lives',
  'faults/cancel',
  'faults/venue',
  'host/process/process',
  'host/database/cluster',
];

/** Runs the slow files first, then the other isolated ones by size. Files that share a process stay together, at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ranked = files.map((file) => {
      const name = file.moduleId.split('/test/').at(-1)!.replace('.test.ts', '');
      const long = LONG.indexOf(name);
      const rank = long >= 0 ? long : file.project.config.isolate ? LONG.length : LONG.length + 1;
      return { file, rank, size: statSync(file.moduleId).size };
    });
    return ranked.sort((a, b) => a.rank - b.rank || b.size - a.size).map(({ file }) => file);
  }
}
