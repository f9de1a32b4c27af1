import { describe } from 'vitest';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { conformance } from './conformance.ts';
import { installLocalStack, startLocalStackHost } from './localstack.ts';

/** `1`: must run. `auto`: runs where LocalStack can be installed. Unset: skipped, because it takes minutes. */
const wanted = process.env.GORDON_TEST_LOCALSTACK;

async function whyNot(): Promise<string | undefined> {
  if (!wanted) return '`make test-localstack` runs it';
  if (wanted !== 'auto') return undefined;
  try {
    await installLocalStack(console.log);
    return undefined;
  } catch (error) {
    if (error instanceof GordonError) return error.message;
    throw error;
  }
}

const reason = await whyNot();
if (reason) console.log(`LocalStack: skipped, ${reason}`);
describe.skipIf(reason)('with LocalStack', () => {
  conformance('LocalStack', {
    start: () => startLocalStackHost(console.log),
    startMs: 400_000,
    testMs: 120_000,
    refreshMs: 120_000,
  });
});
