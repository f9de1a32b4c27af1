import { KINDS, type Outcome } from './run.ts';
import { STATES } from './world/executions.ts';
import { DUE_A_DAY } from './world/schedules.ts';

/** What many runs came to. */
export class Tally {
  runs = 0;
  virtualDays = 0;
  calls = 0;
  steps = 0;
  requests = 0;
  /** of all runs, the fewest that one had */
  series = Number.POSITIVE_INFINITY;
  readonly drawn = new Map<string, number>();
  readonly strokes = new Map<string, number>();
  readonly turns = new Map<string, number>();
  readonly coverage = new Map<string, number>();
  readonly failed: Outcome[] = [];
  brokenOff = 0;
  /** of all runs, those before the ones that were broken off had all their faults */
  #drawnDays = 0;

  add(run: Outcome): void {
    this.runs += 1;
    this.virtualDays += run.virtualDays;
    this.calls += run.calls;
    this.steps += run.steps;
    this.requests += run.requests;
    this.series = Math.min(this.series, run.series);
    sum(this.strokes, run.strokes);
    sum(this.turns, run.turns);
    sum(this.coverage, run.coverage);
    if (run.problems.length > 0) this.failed.push(run);
    else if (!run.finished) this.brokenOff += 1;
    if (!run.finished) return;
    this.#drawnDays += run.virtualDays;
    for (const { kind } of run.plan) sum(this.drawn, new Map([[kind, 1]]));
  }

  /** @param seconds that it took; @param cpuSeconds of this process */
  lines(seconds: number, cpuSeconds: number): string[] {
    const days = Math.max(this.virtualDays, 1e-9);
    const drawn = total(this.drawn);
    return [
      `${this.runs} runs, ${days.toFixed(1)} warehouse-days in ${seconds.toFixed(0)} s: ${(this.runs / seconds).toFixed(3)} runs/s, ${(days / seconds).toFixed(3)} days/s, ${(cpuSeconds / days).toFixed(1)} CPU s a day`,
      `${Math.round(this.calls / days)} calls of use cases a day, ${Math.round(this.steps / days)} steps, ${Math.round(this.requests / days)} requests`,
      `${this.series} series or more in each run, ${(drawn / Math.max(this.#drawnDays, 1e-9)).toFixed(2)} faults drawn a day in the runs that came to their end`,
      `turns of schedules a day: ${this.#turnsADay(days)}`,
      `${total(this.strokes)} strokes of ${drawn} faults, by kind (drawn, strokes):`,
      ...[...new Set([...this.drawn.keys(), ...this.strokes.keys()])]
        .sort()
        .map((kind) => `${column(this.drawn.get(kind))} ${column(this.strokes.get(kind))}  ${kind}`),
      ...never(
        'kinds of faults',
        KINDS.map(({ kind }) => kind),
        this.strokes,
      ),
      ...never(
        'states of the machine',
        STATES,
        new Map([...this.coverage].map(([name, n]) => [name.replace(/^state /, ''), n])),
      ),
      'states and outcomes reached:',
      ...[...this.coverage]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => `${column(count)}  ${name}`),
      ...(this.brokenOff > 0 ? [`${this.brokenOff} broken off when the time was over`] : []),
      this.failed.length === 0
        ? 'no run failed'
        : `${this.failed.length} runs failed: seeds ${this.failed.map(({ seed }) => seed).join(', ')}`,
    ];
  }

  #turnsADay(days: number): string {
    return [...DUE_A_DAY]
      .map(
        ([handler, due]) => `${handler} ${((this.turns.get(handler) ?? 0) / days).toFixed(1)} of ${due} due`,
      )
      .join(', ');
  }
}

/** How many of what there is were met, and the others by name. */
function never(what: string, all: readonly string[], met: ReadonlyMap<string, number>): string[] {
  const missed = all.filter((name) => !met.has(name));
  const others = missed.length > 0 ? `; never: ${missed.join(', ')}` : '';
  return [`${all.length - missed.length} of ${all.length} ${what} met${others}`];
}

function sum(into: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, count] of more) into.set(name, (into.get(name) ?? 0) + count);
}

const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((a, b) => a + b, 0);

const column = (count = 0): string => String(count).padStart(9);
