import { describe } from 'vitest';
import { conformance } from './conformance.ts';
import { startLocalStackHost } from './localstack.ts';

if (process.env.GORDON_TEST_LOCALSTACK) {
  conformance('LocalStack', {
    start: () => startLocalStackHost(console.log),
    ...{ startMs: 300_000, testMs: 120_000, refreshMs: 120_000 },
  });
} else {
  describe.todo('LocalStack (skipped: `make test-localstack` runs it)');
}
