import { periodAt } from '../../functions/core/time/period.ts';
import { ceilTo, DAY, floorTo, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { DrawnAbout } from '../engine/fault.ts';
import type { Random } from '../engine/random.ts';
import { anyDataset, past, type RunFault, until, venueFault } from './drawing.ts';
import type { Dataset } from './fault.ts';

const FILES: Readonly<Record<Dataset, readonly ('day' | 'month')[]>> = {
  klines: ['day', 'day', 'month'],
  metrics: ['day'],
  funding: ['month'],
};

/** A file that comes out within the run where there is one: that of the running day or month. */
function file(random: Random, { at, within }: DrawnAbout, dataset: Dataset) {
  const wanted = random.pick(FILES[dataset]);
  const unit =
    wanted === 'month' && periodAt('month', at).end > within.end && dataset === 'klines' ? 'day' : wanted;
  const { start, end } = periodAt(unit, at);
  return { unit, period: { start, end } };
}

/** Columns in which a row can lose its value. */
const COLUMNS: Readonly<Record<Dataset, readonly number[]>> = {
  klines: [1, 4, 5, 8],
  metrics: [2, 4, 5, 6, 7],
  funding: [2],
};

const STEPS: Readonly<Record<Dataset, number>> = { klines: MINUTE, metrics: 5 * MINUTE, funding: 8 * HOUR };

/** What is published late, again, with other values, damaged or not at all. */
export const CONTENT_FAULTS: readonly RunFault[] = [
  venueFault('restated', 0.5, (random, about) => ({
    ...anyDataset(random, about),
    span: past(random, about, 5),
    where: random.pick(['everywhere', 'everywhere', 'archive', 'rest']),
  })),
  venueFault('republished', 0.3, (random, about) => {
    const of = anyDataset(random, about);
    const earlier = of.dataset === 'funding' ? 20 * DAY : (1 + random.int(4)) * DAY;
    return { ...of, ...file(random, { ...about, at: about.at - earlier }, of.dataset) };
  }),
  venueFault('hole', 0.6, (random, about) => {
    const of = anyDataset(random, about);
    const start = floorTo(about.at, MINUTE) + MINUTE;
    const end = until(random, about, MINUTE, of.dataset === 'funding' ? 20 * HOUR : 6 * HOUR);
    const filled = random.chance(0.3) && {
      filledAt: Math.min(end + random.int(30 * HOUR), about.within.end),
    };
    return { ...of, span: { start, end: Math.max(end, start + MINUTE) }, ...filled };
  }),
  venueFault('archive-hole', 0.3, (random, about) => {
    const start = floorTo(about.at, 5 * MINUTE);
    return { ...anyDataset(random, about), span: { start, end: start + (1 + random.int(5)) * HOUR } };
  }),
  venueFault('bad-cell', 0.6, (random, about) => {
    const of = anyDataset(random, about);
    const step = of.market === 'spot' ? HOUR : STEPS[of.dataset];
    return {
      ...of,
      time: ceilTo(about.at, step),
      column: random.pick(COLUMNS[of.dataset]),
      where: random.pick(['archive', 'archive', 'rest', 'everywhere']),
    };
  }),
  venueFault('damaged-file', 0.4, (random, about) => {
    const of = anyDataset(random, about);
    const about_ = file(random, about, of.dataset);
    return {
      ...of,
      ...about_,
      until: Math.min(
        about_.period.end + 8 * HOUR + random.int(30 * HOUR),
        Math.max(about.within.end, about.at + HOUR),
      ),
      how: random.pick(['corrupt', 'wrong-checksum', 'garbage']),
    };
  }),
  venueFault('late-file', 0.5, (random, about) => {
    const of = anyDataset(random, about);
    return { ...of, ...file(random, about, of.dataset), delayMs: random.int(40 * HOUR) };
  }),
  venueFault('publication-stop', 0.2, (random, about) => {
    const { market, dataset } = anyDataset(random, about);
    return { market, dataset, until: until(random, about, HOUR, 40 * HOUR) };
  }),
  venueFault('rest-lag', 0.3, (random, about) => {
    const { market, dataset } = anyDataset(random, about);
    return {
      market,
      dataset,
      lagMs: (2 + random.int(90)) * MINUTE,
      until: until(random, about, 10 * MINUTE, 8 * HOUR),
    };
  }),
  venueFault('rest-reach', 0.1, (random, about) => ({
    reachMs: random.pick([10, 3, 1]) * DAY,
    until: until(random, about, HOUR, DAY),
  })),
];
