import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether this process runs that program: numbers are used again, and one that ended may wait for its parent. */
export const runs = (pid: number, program: string): boolean =>
  fileOf(pid, 'cmdline')?.includes(program) ?? false;

/** Ends a program and all that it started; at once after a while of waiting. */
export async function end(pid: number, program: string, patienceMs: number): Promise<void> {
  if (!runs(pid, program)) return;
  // Now: the children of an ended process have no parent any more.
  const family = [pid, ...descendants(pid)].map((one) => ({ pid: one, born: birthOf(one) }));
  process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + patienceMs; runs(pid, program) && Date.now() < deadline; ) {
    await sleep(50);
  }
  for (const { pid: one, born } of family) if (born && birthOf(one) === born) kill(one);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function descendants(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = all.map((name) => [Number(name), Number(statOf(Number(name))?.[1])] as const);
  const of = (parent: number): number[] =>
    parents.filter(([, one]) => one === parent).flatMap(([child]) => [child, ...of(child)]);
  return of(pid);
}

/** With its number this names a process for ever. */
const birthOf = (pid: number): string | undefined => statOf(pid)?.[19];

/** From the process's state on: its name, in front, may hold anything. */
const statOf = (pid: number): string[] | undefined =>
  fileOf(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');

/** Linux reports of each process; undefined when there is none. */
function fileOf(pid: number, name: 'cmdline' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code!)) return undefined;
    throw error;
  }
}
