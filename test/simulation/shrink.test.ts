import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Outcome, RunSpec } from '../../simulation/run.ts';
import { gistOf } from '../../simulation/shrink.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLANT = new URL('../../bench/mutations/plant.ts', import.meta.url).href;

const START = Date.UTC(2025, 5, 10, 3);
const at = (minutes: number): number => START + minutes * 60_000;
/** Four faults, of which one lets a candle be stored before its hour is over, where nothing prevents it. */
const SPEC: RunSpec = {
  seed: 1,
  days: 0.75,
  quiet: 0.5,
  start: START,
  history: 12 * 3_600_000,
  sources: ['klines_spot'],
  plan: [
    { kind: 'connection to the database cut', at: at(5), skip: 3, times: 1 },
    { kind: 'job table throttled', at: at(10), skip: 3, times: 2 },
    { kind: 'clock jumps', at: at(25), skew: 45 * 60_000, lasts: 2 * 3_600_000 },
    { kind: 'connection to the venue cut', at: at(30), skip: 0, times: 1 },
  ],
};

/** Runs it in a process in which a fault is planted; keeps what is left of the failure. */
async function shrinkPlanted(mutation: string, file: string) {
  const script = `
    import { keepRegression } from './simulation/regressions.ts';
    import { simulate } from './simulation/run.ts';
    import { gistOf, shrink } from './simulation/shrink.ts';
    const failed = await simulate(${JSON.stringify(SPEC)});
    const small = await shrink(failed, {});
    keepRegression({ ...small, what: gistOf(failed.problems[0]) }, new URL(${JSON.stringify(pathToFileURL(file).href)}));
    console.log(JSON.stringify({ failed: failed.problems, ...small }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', PLANT, '--input-type=module', '-e', script],
    { cwd: ROOT, env: { ...process.env, GORDON_MUTATION: mutation } },
  );
  return JSON.parse(stdout) as Outcome & { readonly failed: readonly string[] };
}

describe('a failure', () => {
  it('is shrunk to the fault that it needs, and kept as one line that fails of the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gordon-shrink-'));
    try {
      const file = join(folder, 'regressions.jsonl');
      const small = await shrinkPlanted('open-candle', file);
      expect(small.plan.map(({ kind }) => kind)).toEqual(['clock jumps']);
      expect(small.days).toBeLessThan(0.5);
      expect(small.quiet).toBeLessThan(0.5);
      expect(small.history).toBe(6 * 3_600_000);
      expect(gistOf(small.problems[0]!)).toBe(gistOf(small.failed[0]!));
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const { seed, days, quiet, start, history, sources, plan } = small;
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { what: gistOf(small.failed[0]!), seed, days, quiet, start, history, sources, plan },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
