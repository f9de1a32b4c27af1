import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/longest-first.ts';

const GB = 2 ** 30;
const report = process.env.GORDON_TEST_REPORT;

/** In memory a database is made ten times faster than on a disk; where there is little of it, files stay on the disk. */
const SCRATCH = '/dev/shm';
if (!process.env.TMPDIR && existsSync(SCRATCH) && freemem() > 6 * GB && freeIn(SCRATCH) > 3 * GB) {
  process.env.TMPDIR = SCRATCH;
}

/** Processes that tests start load compiled code from a file, as `bin/gordon-data` has it. */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules', '.cache', 'node');

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Files that wait while what they start works: a browser, hosts and servers as processes, Python, the program itself. The suite through
 * LocalStack is not among them: it waits for minutes after they have ended, which the files of the other project fill.
 */
const WAITING = [
  'test/{console,packaging,python,runbooks}/*.test.ts',
  'test/hosts/embedded.test.ts',
  'test/faults/{full-disk,host-kill,kill,soak}.test.ts',
  'test/host/{backup,http,ports}/*.test.ts',
  'test/host/database/{cluster,docker-host}.test.ts',
  'test/host/process/process.test.ts',
  'test/infra/bundles.test.ts',
  // It does not wait: it begins in a young process, as it looks at what is held.
  'test/runtime/streamed-archive.test.ts',
];

/** Commands that are tested with a module of the host replaced, which only Vite's loader can do. */
const MOCKED = 'test/cli/commands/host.test.ts';

/** Node loads the files itself, as it does in production: each process does without a compilation of its own. */
const NODE_LOADS = { viteModuleRunner: false, nodeLoader: false };

/** For runs of each file once; watching needs what Vitest itself does. */
const ONCE = process.argv.includes('run') && {
  runner: './test/helpers/worker/runner.ts',
  execArgv: [
    // What lives for a test is collected more seldom, and by one thread, as other workers have the cores: an eighth of a worker's time.
    '--min-semi-space-size=32',
    '--max-semi-space-size=64',
    '--single-threaded-gc',
    '--import',
    new URL('test/helpers/worker/preload.ts', import.meta.url).href,
  ],
};

/** More than there are cores, as a file often waits for its server or for a process. A worker takes up to a gigabyte and a half. */
const WORKERS = Math.max(2, Math.min(3 * availableParallelism(), Math.floor(totalmem() / (1.5 * GB))));

/** Each of them loads and warms up the whole program for itself: with three a core that took a quarter of the processors' time. */
const SHARED_WORKERS = Math.min(WORKERS, availableParallelism() + 1);

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: WORKERS,
    // No bound on speed: it ends what hangs, also on a machine that has other work.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 110_000, interval: 20 } },
    sequence: { sequencer: LongestFirst },
    // The log of the functions is for operators; a test that wants it looks at it. X-Ray's SDK would watch every promise of a worker.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_XRAY_MANUAL_MODE: '1' },
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
    // Files of a project share processes: importing the host takes longer than starting it. They dispose of what they start, such as a
    // database or a whole host, and leave nothing changed in their process.
    projects: [
      {
        extends: true,
        test: {
          name: 'processes',
          include: WAITING,
          isolate: false,
          ...ONCE,
          experimental: NODE_LOADS,
          globalSetup: ['test/helpers/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...WAITING, MOCKED],
          isolate: false,
          ...ONCE,
          maxWorkers: SHARED_WORKERS,
          // Projects with other numbers of workers run one after the other, as they are sorted anyway.
          sequence: { groupOrder: 1 },
          experimental: NODE_LOADS,
          globalSetup: ['test/helpers/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'mocked', include: [MOCKED], globalSetup: ['test/helpers/global-setup.ts'] },
      },
    ],
  },
});
