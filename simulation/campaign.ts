import { readFileSync } from 'node:fs';

/** What the runs of several processes came to, each of which printed its tally. */
export interface Campaign {
  readonly runs: number;
  readonly days: number;
  readonly cpuSeconds: number;
  /** a day: calls of use cases, steps, requests */
  readonly rates: readonly [calls: number, steps: number, requests: number];
  readonly faults: ReadonlyMap<string, { readonly drawn: number; readonly strokes: number }>;
  /** how many jobs ended so */
  readonly jobs: ReadonlyMap<string, number>;
  readonly failed: readonly number[];
}

const TOTAL = /^(\d+) runs, ([\d.]+) warehouse-days in .* ([\d.]+) CPU s a day$/;
const RATES = /^(\d+) calls of use cases a day, (\d+) steps, (\d+) requests$/;
const FAULT = /^ *(\d+) +(\d+) {2}(\S.*)$/;
const REACHED = /^ *(\d+) {2}job (\w+)$/;
const FAILED = /^seed (\d+) FAILED;/;

/** Adds up tallies as `npm run simulate` prints them. A log that ends before its tally counts for its failures alone. */
export function sumLogs(logs: readonly string[]): Campaign {
  let [runs, days, cpuSeconds] = [0, 0, 0];
  const sums = [0, 0, 0];
  const faults = new Map<string, { drawn: number; strokes: number }>();
  const jobs = new Map<string, number>();
  const failed: number[] = [];
  for (const log of logs) {
    let own = 0;
    for (const line of log.split('\n')) {
      const [, ...found] =
        TOTAL.exec(line) ?? RATES.exec(line) ?? FAULT.exec(line) ?? REACHED.exec(line) ?? [];
      const failure = FAILED.exec(line);
      if (failure) failed.push(Number(failure[1]));
      else if (TOTAL.test(line)) {
        own = Number(found[1]);
        runs += Number(found[0]);
        days += own;
        cpuSeconds += own * Number(found[2]);
      } else if (RATES.test(line)) {
        for (const [i, rate] of found.entries()) sums[i]! += own * Number(rate);
      } else if (FAULT.test(line)) {
        const [drawn, strokes, kind] = [Number(found[0]), Number(found[1]), found[2]!];
        const before = faults.get(kind) ?? { drawn: 0, strokes: 0 };
        faults.set(kind, { drawn: before.drawn + drawn, strokes: before.strokes + strokes });
      } else if (REACHED.test(line)) jobs.set(found[1]!, (jobs.get(found[1]!) ?? 0) + Number(found[0]));
    }
  }
  const [calls, steps, requests] = sums.map((sum) => sum / Math.max(days, 1e-9)) as [number, number, number];
  return { runs, days, cpuSeconds, rates: [calls, steps, requests], faults, jobs, failed };
}

/** The table of docs/FAULTS.md and the numbers of docs/SIMULATION.md. */
export function campaignLines({ runs, days, cpuSeconds, rates, faults, jobs, failed }: Campaign): string[] {
  const drawn = [...faults.values()].reduce((sum, one) => sum + one.drawn, 0);
  const [calls, steps, requests] = rates.map((rate) => Math.round(rate).toLocaleString('en-US'));
  return [
    `${runs} runs, ${days.toFixed(0)} warehouse-days, ${(cpuSeconds / Math.max(days, 1e-9)).toFixed(1)} CPU seconds a day`,
    `a day: ${calls} calls of use cases, ${steps} steps, ${requests} requests, ${(drawn / Math.max(days, 1e-9)).toFixed(2)} faults`,
    `jobs: ${[...jobs].map(([status, n]) => `${n.toLocaleString('en-US')} ${status}`).join(', ')}`,
    failed.length === 0 ? 'no run failed' : `failed: seeds ${failed.join(', ')}`,
    '',
    '| fault | drawn | strokes |',
    '|---|---|---|',
    ...[...faults]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, one]) => `| ${kind} | ${one.drawn} | ${one.strokes} |`),
  ];
}

if (import.meta.main) {
  const files = process.argv.slice(2);
  if (files.length === 0) {
    console.error('name the logs. Usage: npm run simulate:sum -- LOG…');
    process.exitCode = 2;
  } else {
    const logs = files.map((file) => readFileSync(file, 'utf8'));
    for (const line of campaignLines(sumLogs(logs))) console.log(line);
  }
}
