import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. If one of them started last, a single worker would be busy at the end. */
const LONG = [
  'hosts/localstack',
  'console/console',
  'faults/venue',
  'hosts/embedded',
  'infra/bundles',
  'faults/store',
  'runbooks/lines',
  'host/process/process',
  'host/upkeep/audit',
  'host/database/cluster',
  'faults/cancel',
  'faults/kill',
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
