import type { Bundle } from './bundles.ts';
import { startSandbox } from './sandbox.ts';

export interface ColdRow {
  readonly handler: string;
  readonly memoryMb: number;
  readonly kilobytes: number;
  /** processor time until the bundle is loaded, Node's own start included */
  readonly cpuMs: number;
  /** of that, Node's own start */
  readonly bootCpuMs: number;
  /** wall time with a whole processor, and with the share of its own memory */
  readonly wholeMs: number;
  readonly ownMs: number;
  readonly megabytes: number;
}

const WHOLE = 1_769;

/** Starts each function so often in a fresh process; medians. */
export async function coldStarts(
  bundles: readonly Bundle[],
  { runs, limited }: { readonly runs: number; readonly limited: boolean },
): Promise<ColdRow[]> {
  const rows: ColdRow[] = [];
  for (const { spec, url, bytes } of bundles) {
    const whole = await starts(url, WHOLE, runs, limited);
    const own = spec.memoryMb === WHOLE ? whole : await starts(url, spec.memoryMb, runs, limited);
    const cpuMs = median(whole.map(({ ready }) => ready.cpuMs));
    rows.push({
      handler: spec.handler,
      memoryMb: spec.memoryMb,
      kilobytes: bytes / 1_024,
      cpuMs,
      bootCpuMs: median(whole.map(({ boot }) => boot.cpuMs)),
      wholeMs: median(whole.map(({ ready }) => ready.wallMs)),
      ownMs: median(own.map(({ ready }) => ready.wallMs)),
      megabytes: Math.max(...own.map(({ megabytes }) => megabytes)),
    });
  }
  return rows;
}

async function starts(url: string, memoryMb: number, runs: number, limited: boolean) {
  const all = [];
  for (let run = 0; run < runs; run++) {
    const sandbox = await startSandbox(url, memoryMb, { limited });
    all.push(sandbox.start);
    await sandbox.close();
  }
  return all;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;
