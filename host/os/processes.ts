import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process has this number. It may be another program by now: see `runs`. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether the process runs that program: numbers are used again, and a process that ended may wait for its parent. Only
 * Linux shows what a process runs; elsewhere a live process counts as the program.
 */
export function runs(pid: number, program: string): boolean {
  if (!existsSync('/proc')) return isAlive(pid);
  return readProc(pid, 'cmdline')?.includes(program) ?? false;
}

/** Ends a program and everything that it started: with SIGTERM, and with SIGKILL after `patienceMs`. Linux only. */
export async function end(pid: number, program: string, patienceMs: number): Promise<void> {
  if (!runs(pid, program)) return;
  // Before the signal: the children of an ended process have no parent any more.
  const family = [pid, ...descendants(pid)].map((one) => ({ pid: one, born: startTime(one) }));
  process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + patienceMs; runs(pid, program) && Date.now() < deadline; ) {
    await sleep(50);
  }
  for (const { pid: one, born } of family) if (born && startTime(one) === born) kill(one);
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

/** When the process started; with its number this identifies a process. */
const startTime = (pid: number): string | undefined => statOf(pid)?.[19];

/** The fields from the state on. The name in front of them may hold any character. */
const statOf = (pid: number): string[] | undefined =>
  readProc(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');

/** A file of Linux about a process; undefined when there is no such process. */
function readProc(pid: number, name: 'cmdline' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code!)) return undefined;
    throw error;
  }
}
