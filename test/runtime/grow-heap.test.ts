import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { HEAP_GROWTH } from '../../functions/runtime/grow-heap.ts';

it('the flag of a heap that grows freely is one of this Node: `setFlagsFromString` ignores others', async () => {
  const run = promisify(execFile);
  await expect(run(process.execPath, [HEAP_GROWTH, '--eval', ''])).resolves.toBeDefined();
  await expect(
    run(process.execPath, [HEAP_GROWTH.replace('growing', 'growth'), '--eval', '']),
  ).rejects.toThrow();
});
