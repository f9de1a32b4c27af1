import { existsSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/longest-first.ts';

const GB = 2 ** 30;
const report = process.env.GORDON_TEST_REPORT;

/** In memory a database is made ten times faster than on a disk; where there is little of it, files stay on the disk. */
const SCRATCH = '/dev/shm';
if (!process.env.TMPDIR && existsSync(SCRATCH) && freemem() > 6 * GB && freeIn(SCRATCH) > 3 * GB) {
  process.env.TMPDIR = SCRATCH;
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Files of these start nothing and change nothing of their process: one process runs many and imports once. */
const UNITS = [
  'test/{architecture,words}.test.ts',
  'test/{bench,core,handlers,sources,statemachines}/**/*.test.ts',
  'test/console/web/**/*.test.ts',
  // One bundle runs against a database.
  'test/infra/!(bundles).test.ts',
  'test/simulator/**/*.test.ts',
];

/**
 * Files of these have a database or a whole host in their own process, and dispose of it. They too share a process: importing
 * the host takes longer than starting it.
 */
const DATABASES = [
  'test/{budgets,runtime,scale,schedules,simulation,sql,stores}/**/*.test.ts',
  // One command is tested with a module of the host replaced.
  'test/cli/{api,format,sql}/*.test.ts',
  'test/cli/*.test.ts',
  'test/cli/commands/!(host).test.ts',
  'test/host/{api,candles,faults,listings,sources,upkeep}/**/*.test.ts',
  'test/host/database/{*upgrade,choose-database,docker}.test.ts',
  'test/host/process/{job-table,schedules}.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than the cores of a CI runner: a file often waits for its server or for a process.
    maxWorkers: 3,
    // No bound on speed: it ends what hangs, also on a machine that has other work.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 110_000, interval: 20 } },
    sequence: { sequencer: LongestFirst },
    // The log of the functions is for operators; a test that wants it looks at it.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
    projects: [
      {
        extends: true,
        test: { name: 'units', include: UNITS, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'databases',
          include: DATABASES,
          isolate: false,
          globalSetup: ['test/helpers/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...UNITS, ...DATABASES],
          globalSetup: ['test/helpers/global-setup.ts'],
        },
      },
    ],
  },
});
