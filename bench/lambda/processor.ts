import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** From this memory on a function has a whole processor; below, as much of one as it has of this. */
const MB_PER_PROCESSOR = 1_769;
/** Lambda's own period: a function that has used up its share stands still until the next one begins. */
const PERIOD_US = 20_000;

const V1 = '/sys/fs/cgroup/cpu';
const V2 = '/sys/fs/cgroup';

/** Processors that Lambda gives a function of this many MB. */
export const processorsOf = (memoryMb: number): number => memoryMb / MB_PER_PROCESSOR;

export interface Share {
  /** a process that writes its id there is limited to the share, with all its threads */
  readonly file: string;
  remove(): Promise<void>;
}

/** Whether the kernel can limit a process to a share of a processor. Elsewhere times are computed. */
export function canLimit(): boolean {
  try {
    const share = makeShare(1, 'probe');
    void share.remove();
    return true;
  } catch {
    // Not root, no control groups, or a container that keeps them read-only: one answer for all.
    return false;
  }
}

/** @throws Error where `canLimit` is false */
export function makeShare(processors: number, name: string): Share {
  const v1 = existsSync(`${V1}/cpu.cfs_quota_us`);
  const folder = `${v1 ? V1 : V2}/gordon-lambda-${process.pid}-${name}`;
  mkdirSync(folder);
  const quota = Math.round(processors * PERIOD_US);
  if (v1) {
    writeFileSync(`${folder}/cpu.cfs_period_us`, String(PERIOD_US));
    writeFileSync(`${folder}/cpu.cfs_quota_us`, String(quota));
  } else {
    writeFileSync(`${folder}/cpu.max`, `${quota} ${PERIOD_US}`);
  }
  return {
    file: `${folder}/cgroup.procs`,
    async remove() {
      // A process that was killed stays in its group for a moment.
      for (let tries = 0; ; tries++) {
        try {
          return rmdirSync(folder);
        } catch (error) {
          if (tries === 50) throw error;
          await sleep(20);
        }
      }
    },
  };
}
