import type { Outcome } from './run.ts';

/** What many runs came to. */
export class Tally {
  runs = 0;
  virtualDays = 0;
  calls = 0;
  steps = 0;
  requests = 0;
  readonly strokes = new Map<string, number>();
  readonly coverage = new Map<string, number>();
  readonly failed: Outcome[] = [];

  add(run: Outcome): void {
    this.runs += 1;
    this.virtualDays += run.virtualDays;
    this.calls += run.calls;
    this.steps += run.steps;
    this.requests += run.requests;
    sum(this.strokes, run.strokes);
    sum(this.coverage, run.coverage);
    if (run.problems.length > 0) this.failed.push(run);
  }

  /** @param seconds that it took; @param cpuSeconds of this process */
  lines(seconds: number, cpuSeconds: number): string[] {
    const days = Math.max(this.virtualDays, 1e-9);
    const faults = [...this.strokes.values()].reduce((a, b) => a + b, 0);
    return [
      `${this.runs} runs, ${days.toFixed(1)} warehouse-days in ${seconds.toFixed(0)} s: ${(this.runs / seconds).toFixed(3)} runs/s, ${(days / seconds).toFixed(3)} days/s, ${(cpuSeconds / days).toFixed(1)} CPU s a day`,
      `${Math.round(this.calls / days)} calls of use cases a day, ${Math.round(this.steps / days)} steps, ${Math.round(this.requests / days)} requests`,
      `${faults} strokes of faults, by kind:`,
      ...table(this.strokes),
      'states and outcomes reached:',
      ...table(this.coverage),
      this.failed.length === 0
        ? 'no run failed'
        : `${this.failed.length} runs failed: seeds ${this.failed.map(({ seed }) => seed).join(', ')}`,
    ];
  }
}

function sum(into: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, count] of more) into.set(name, (into.get(name) ?? 0) + count);
}

const table = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`);
