/** A fetcher in a process of its own, as Lambda runs it; forked, it waits for one event and answers with its result. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

type Answer = { readonly result: unknown } | { readonly name: string; readonly message: string };

/** How Lambda reports a function whose process died. */
export class ExitError extends Error {
  override readonly name = 'Runtime.ExitError';
}

/**
 * Runs one call of the fetcher in a process of its own.
 * @param started receives the process, so that a test can kill it
 * @param aheadMs how far its clock is ahead of the machine's
 * @throws ExitError when the process died; otherwise what the function threw
 */
export async function fetchElsewhere(
  env: NodeJS.ProcessEnv,
  event: unknown,
  started: (child: ChildProcess) => void = () => {},
  aheadMs = 0,
): Promise<unknown> {
  const child = fork(fileURLToPath(import.meta.url), { env: { ...process.env, ...env }, stdio: 'inherit' });
  try {
    child.send({ event, aheadMs });
    started(child);
    const died = once(child, 'exit').then(([code, signal]): never => {
      throw new ExitError(
        `RequestId: 0 Error: Runtime exited with error: ${signal ?? `exit status ${code}`}`,
      );
    });
    // Once it has answered it is killed, and its exit is no longer awaited.
    died.catch(() => {});
    const [answer] = (await Promise.race([once(child, 'message'), died])) as [Answer];
    if ('result' in answer) return answer.result;
    throw Object.assign(new Error(answer.message), { name: answer.name });
  } finally {
    child.kill('SIGKILL');
  }
}

async function serve(): Promise<void> {
  const { createHandler } = await import('../../../functions/states/fetch-chunk.ts');
  const { createServices } = await import('../../../functions/runtime/services.ts');
  const [{ event, aheadMs }] = (await once(process, 'message')) as [{ event: unknown; aheadMs: number }];
  const services = createServices(process.env, { clock: () => Date.now() + aheadMs });
  try {
    process.send!({ result: await createHandler(() => services)(event, {} as never) });
  } catch (error) {
    const { name, message } = error as Error;
    process.send!({ name, message });
  }
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) await serve();
