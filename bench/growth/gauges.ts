import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';

/** Fields of /proc/PID/stat, counted behind the name, which may hold spaces: parent; own and awaited children's time, in ticks. */
const [PARENT, OWN_TIMES, CHILD_TIMES] = [1, [11, 12], [13, 14]] as const;
/** The clock ticks a second that Linux reports to every program. */
const TICKS_PER_SECOND = 100;
/** `postgres: USER DATABASE ADDRESS(PORT) …`; the server's other processes have the name of their work there. */
const SESSION = /^postgres: \S+ \S+ [\d.]+\(\d+\)/;

/** Seconds of processor time, of which a shared machine takes less away than of wall time. */
export interface Cpu {
  /** the host's process: functions, state machine, job table, API */
  readonly host: number;
  /** PostgreSQL's sessions */
  readonly sessions: number;
  /** its other processes: autovacuum, checkpoints, WAL */
  readonly upkeep: number;
}

/** Starts counting. @returns reads what was used since */
export async function countCpu(sql: Sql): Promise<() => Cpu> {
  const [{ pid }] = (await sql`select pg_backend_pid() as pid`) as never as [{ pid: number }];
  const server = statOf(pid)![PARENT]!;
  const host = process.cpuUsage();
  const before = serverTicks(server);
  return () => {
    const { user, system } = process.cpuUsage(host);
    const after = serverTicks(server);
    // Sessions that end in between count as upkeep; while rows are loaded none is idle long enough.
    let sessions = 0;
    for (const [id, ticks] of after.sessions) sessions += ticks - (before.sessions.get(id) ?? 0);
    const upkeep = after.all - before.all - sessions;
    return {
      host: (user + system) / 1e6,
      sessions: sessions / TICKS_PER_SECOND,
      upkeep: upkeep / TICKS_PER_SECOND,
    };
  };
}

/** Processes that ended count with their parent, those that run by themselves. */
function serverTicks(server: number): { all: number; sessions: Map<number, number> } {
  const sum = (stat: readonly number[], of: readonly number[]) => of.reduce((all, i) => all + stat[i]!, 0);
  const sessions = new Map<number, number>();
  let all = sum(statOf(server)!, [...OWN_TIMES, ...CHILD_TIMES]);
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const stat = statOf(pid);
    if (stat?.[PARENT] !== server) continue;
    const ticks = sum(stat, OWN_TIMES);
    all += ticks;
    if (SESSION.test(read(`/proc/${pid}/cmdline`) ?? '')) sessions.set(pid, ticks);
  }
  return { all, sessions };
}

function statOf(pid: number): number[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // Ended since its name was read.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Resets the peak. */
export const forgetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');

/** The most memory of this process since `forgetPeak`, in MB. */
export function peakMegabytes(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Size of the heap after a garbage collection, in MB. */
export function keptMegabytes(): number {
  collect();
  return process.memoryUsage().heapUsed / 1_024 ** 2;
}

export interface Disk {
  readonly ledgerRows: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

export async function diskUse(sql: Sql): Promise<Disk> {
  const [disk] = await sql<[Disk]>`
    select (select count(*)::int8 from market_data.coverage) as "ledgerRows",
      pg_table_size('market_data.spot_klines')::int8 as "tableBytes",
      pg_indexes_size('market_data.spot_klines')::int8 as "indexBytes"`;
  return disk;
}
