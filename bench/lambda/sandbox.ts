import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeShare, processorsOf } from './processor.ts';

interface Moment {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Since the process began. */
export interface ColdStart {
  /** Node itself is up */
  readonly boot: Moment;
  /** the bundle is loaded */
  readonly ready: Moment;
  /** most memory so far */
  readonly megabytes: number;
}

export interface Invocation extends Moment {
  readonly megabytes: number;
  readonly result: unknown;
}

export interface Sandbox {
  readonly start: ColdStart;
  invoke(event: unknown): Promise<Invocation>;
  close(): Promise<void>;
}

const RUNTIME = fileURLToPath(new URL('runtime.mjs', import.meta.url));
let made = 0;

/**
 * A fresh process with one function in it, as Lambda runs it: its part of a processor, the heap that Lambda's runtime
 * gives V8 (90 % of the memory, 5 % for the young), source maps as `infra/` sets them.
 * @param limited false where the kernel cannot limit it: it then has all of the machine
 */
export async function startSandbox(
  url: string,
  memoryMb: number,
  { env = {}, limited }: { readonly env?: NodeJS.ProcessEnv; readonly limited: boolean },
): Promise<Sandbox> {
  const share = limited ? makeShare(processorsOf(memoryMb), String(made++)) : undefined;
  const heap = [
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
  ];
  const node = [process.execPath, '--expose-gc', ...heap, RUNTIME, url];
  // The shell joins the group and then becomes Node, so that not a moment of Node is outside of it.
  const script = share ? `echo $$ > '${share.file}' && exec "$@"` : 'exec "$@"';
  const child = spawn('sh', ['-c', script, 'sh', ...node], {
    env: { PATH: process.env.PATH, ...functionEnv(memoryMb), ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const start = await nextMessage<ColdStart>(child);
  return {
    start,
    async invoke(event) {
      const answer = nextMessage<Invocation & { readonly error?: string }>(child);
      child.send(event as object);
      const { error, ...invocation } = await answer;
      if (error !== undefined) throw new Error(`the function failed: ${error}`);
      return invocation;
    },
    async close() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await share?.remove();
    },
  };
}

const functionEnv = (memoryMb: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: '--enable-source-maps',
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});

async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const died = new AbortController();
  const death = once(child, 'exit', { signal: died.signal }).then(([code, signal]): never => {
    throw new Error(`the function's process ended with ${signal ?? code}`);
  });
  // After its answer nothing waits for its exit.
  death.catch(() => {});
  try {
    const [answer] = (await Promise.race([once(child, 'message'), death])) as [T];
    return answer;
  } finally {
    died.abort();
  }
}
