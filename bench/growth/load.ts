import { empty } from '../empty.ts';
import { median } from '../peers/table.ts';
import { type Cpu, countCpu, diskUse, forgetPeak, keptMegabytes, peakMegabytes } from './gauges.ts';
import { order } from './orders.ts';
import { ROWS_OF_YEAR, symbolAt, symbolsFrom, type Testbed } from './testbed.ts';

/** What was measured while some symbol-years were loaded, and with them in the warehouse. */
export interface Stage {
  /** in the warehouse at the end */
  readonly symbolYears: number;
  readonly orders: readonly Ordered[];
  readonly peakMb: number;
  readonly keptMb: number;
  /** of the whole warehouse */
  readonly reportMs: number;
  /** a job for one symbol-year that finds nothing missing */
  readonly againOneMs: number;
  /** the same for all of them in one job */
  readonly againAllMs: number;
  readonly ledgerRows: number;
  readonly tableBytesPerRow: number;
  readonly indexBytesPerRow: number;
}

export interface Ordered {
  /** in the warehouse at the end */
  readonly symbolYears: number;
  readonly rows: number;
  readonly seconds: number;
  readonly cpu: Cpu;
}

/** Symbols in one order: many points for a curve, and each long enough to be measured. */
const AT_ONCE = 10;
const LOOKS = 5;

/** Loads symbol-years, stage by stage, into one database that is never emptied. */
export async function load(
  testbed: Testbed,
  stages: readonly number[],
  say: (line: string) => void,
): Promise<Stage[]> {
  // Connections, compiled code and the mirror's files are there before anything is measured.
  await order(testbed.host, ['BTCUSDT'], 'all');
  await empty(testbed.sql);
  const done: Stage[] = [];
  for (const target of stages) {
    done.push(await reach(testbed, done.at(-1)?.symbolYears ?? 0, target, say));
    say(JSON.stringify(done.at(-1)));
  }
  return done;
}

async function reach(
  testbed: Testbed,
  have: number,
  target: number,
  say: (line: string) => void,
): Promise<Stage> {
  const { host, sql } = testbed;
  forgetPeak();
  const orders: Ordered[] = [];
  for (let at = have; at < target; at += AT_ONCE) {
    orders.push(await measure(testbed, at, Math.min(AT_ONCE, target - at)));
    const { symbolYears, rows, seconds } = orders.at(-1)!;
    say(`${symbolYears} symbol-years: ${Math.round(rows / seconds).toLocaleString('en')} rows/s`);
  }
  const peakMb = peakMegabytes();
  const report = `http://127.0.0.1:${host.ports.jobs}/backfill/report`;
  const again = (symbols: readonly string[]) => order(host, symbols, 'nothing');
  const { ledgerRows, tableBytes, indexBytes } = await diskUse(sql);
  const rows = target * ROWS_OF_YEAR;
  return {
    symbolYears: target,
    orders,
    peakMb,
    ledgerRows,
    tableBytesPerRow: tableBytes / rows,
    indexBytesPerRow: indexBytes / rows,
    reportMs: await timed(async () => {
      const answer = await fetch(report);
      const series = (await answer.json()) as unknown[];
      if (series.length !== target) throw new Error(`the report has ${series.length} series`);
    }),
    againOneMs: await timed(() => again([symbolAt(0)])),
    againAllMs: await timed(() => again(symbolsFrom(0, target)), 1),
    keptMb: keptMegabytes(),
  };
}

async function measure({ host, sql }: Testbed, have: number, count: number): Promise<Ordered> {
  const cpu = await countCpu(sql);
  const began = performance.now();
  await order(host, symbolsFrom(have, count), 'all');
  const seconds = (performance.now() - began) / 1_000;
  return { symbolYears: have + count, rows: count * ROWS_OF_YEAR, seconds, cpu: cpu() };
}

/** ms, the middle one of some. */
async function timed(work: () => Promise<unknown>, times = LOOKS): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  return median(all);
}
