import { defineConfig } from 'vitest/config';

const report = process.env.GORDON_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // No bound on speed: it ends what hangs, also on a machine that has other work.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // The log of the functions is for operators; a test that wants it looks at it.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
  },
});
