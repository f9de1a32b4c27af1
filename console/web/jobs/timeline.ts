import type { Answer } from '../../../functions/core/api/operations.ts';
import { lanesOf } from './outcome.ts';

type Job = Answer<'getJob'>;
type Chunk = Job['chunks'][number];

/** What one chunk did on the clock; epoch ms. */
export interface Bar {
  readonly label: string;
  readonly state: Chunk['state'];
  readonly wave: number;
  readonly from: number;
  readonly to: number;
  readonly waits: readonly { readonly from: number; readonly to: number; readonly scope: string }[];
  /** chunks of a lane that were fetched at the same time lie in different tracks */
  readonly track: number;
}

/** The bars of a series. */
export interface TimeLane {
  readonly name: string;
  readonly tracks: number;
  readonly bars: readonly Bar[];
}

/** The waits for one limit family or venue. */
export interface ScopeWaits {
  readonly scope: string;
  readonly chunks: number;
  /** when any chunk waited, joined, in order; epoch ms */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  /** the sum of `spans`, ms */
  readonly ms: number;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly TimeLane[];
  readonly waits: readonly ScopeWaits[];
  /** when each later wave began to fetch */
  readonly waves: readonly { readonly wave: number; readonly at: number }[];
}

const at = (text: string): number => Date.parse(text);

/** When the chunks of a job were fetched and when they waited; undefined where none has begun. @param now epoch ms */
export function timelineOf(job: Job, now: number): Timeline | undefined {
  const end = job.finished_at === null ? now : at(job.finished_at);
  const begun = job.chunks.flatMap((chunk) => (chunk.started_at === null ? [] : [at(chunk.started_at)]));
  if (begun.length === 0) return undefined;
  const from = Math.min(...begun);
  const to = Math.max(end, from + 1);
  const lanes = lanesOf(job.chunks).flatMap(({ name, chunks }) => {
    const bars = tracked(chunks.flatMap((chunk) => barOf(chunk, to)));
    if (bars.length === 0) return [];
    return [{ name, bars, tracks: 1 + Math.max(...bars.map(({ track }) => track)) }];
  });
  const bars = lanes.flatMap((lane) => lane.bars);
  return { from, to, lanes, waits: waitsByScope(bars), waves: wavesOf(bars) };
}

type Untracked = Omit<Bar, 'track'>;

function barOf(chunk: Chunk, end: number): Untracked[] {
  if (chunk.started_at === null) return [];
  const to = Math.max(at(chunk.started_at), chunk.ended_at === null ? end : at(chunk.ended_at));
  return [
    {
      label: chunk.chunk,
      state: chunk.state,
      wave: chunk.wave,
      from: at(chunk.started_at),
      to,
      // What is still waited for ends where the bar does.
      waits: chunk.waits
        .map((wait) => ({ from: at(wait.from), to: Math.min(at(wait.to), to), scope: wait.scope }))
        .filter((wait) => wait.to > wait.from),
    },
  ];
}

/** Each bar in the first track that is free when it begins. */
function tracked(bars: readonly Untracked[]): Bar[] {
  const free: number[] = [];
  return bars
    .toSorted((a, b) => a.from - b.from)
    .map((bar) => {
      const found = free.findIndex((end) => end <= bar.from);
      const track = found >= 0 ? found : free.length;
      free[track] = bar.to;
      return { ...bar, track };
    });
}

function waitsByScope(bars: readonly Bar[]): ScopeWaits[] {
  const all = bars.flatMap(({ label, waits }) => waits.map((wait) => ({ ...wait, label })));
  return [...Map.groupBy(all, ({ scope }) => scope)]
    .map(([scope, of]) => {
      const spans = joined(of);
      return {
        scope,
        chunks: new Set(of.map(({ label }) => label)).size,
        spans,
        ms: spans.reduce((sum, { from, to }) => sum + to - from, 0),
      };
    })
    .toSorted((a, b) => b.ms - a.ms);
}

function joined(spans: readonly { readonly from: number; readonly to: number }[]) {
  const all: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** A chunk keeps its first beginning: a later wave begins where the first of its waits or of its chunks does. */
function wavesOf(bars: readonly Bar[]): Timeline['waves'] {
  return [...Map.groupBy(bars, ({ wave }) => wave)]
    .flatMap(([wave, of]) => {
      const begins = of.map(({ from, waits }) => waits.at(-1)?.to ?? from);
      return wave > 1 ? [{ wave, at: Math.min(...begins) }] : [];
    })
    .toSorted((a, b) => a.wave - b.wave);
}
