import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../../simulator/main.ts');

describe('the simulator as a process', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  async function ready(
    child: ChildProcess,
  ): Promise<{ port: number; url: string; env: Record<string, string> }> {
    started.push(child);
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await once(lines, 'line')) as [string];
    return JSON.parse(line);
  }

  it('prints one line when it is ready, serves, and ends on SIGTERM', async () => {
    const child = spawn(process.execPath, [MAIN, '--port', '0', '--seed', 'x'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { port, url, env } = await ready(child);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const answer = await fetch(`${env.GORDON_BINANCE_SPOT_URL}/api/v3/ping`);
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('takes its options from the environment and ends with its parent', async () => {
    const env = { ...process.env, GORDON_VENUES_SEED: 'elsewhere', GORDON_VENUES_PORT: '0' };
    const child = fork(MAIN, [], { env, execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const { url } = await ready(child);
    const { seed } = (await (await fetch(`${url}/_control/state`)).json()) as { seed: number };
    expect(seed).not.toBe(0);
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('refuses a port that is none', async () => {
    const child = spawn(process.execPath, [MAIN, '--port', 'http'], { stdio: ['ignore', 'ignore', 'pipe'] });
    started.push(child);
    const [[code], [text]] = await Promise.all([once(child, 'exit'), once(child.stderr!, 'data')]);
    expect([code, String(text)]).toEqual([2, expect.stringContaining('GORDON_VENUES_PORT')]);
  });
});
