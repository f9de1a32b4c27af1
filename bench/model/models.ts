/** A way to break a model on purpose, and the property that must notice it. */
interface Planted {
  readonly fault: string;
  readonly breaks: string;
}

export interface Model {
  /** the module, without `.tla` */
  readonly module: string;
  /** sizes and properties, without `.cfg` */
  readonly config: string;
  readonly what: string;
  readonly planted: readonly Planted[];
}

/** As TLC names what does not hold of a whole behaviour. */
const LIVENESS = 'a temporal property';

/** The models in `simulation/model`. */
export const MODELS: readonly Model[] = [
  {
    module: 'Lease',
    config: 'Lease',
    what: 'two workers, a holder that may be given up, the job that it orders',
    planted: [
      { fault: 'taken without a condition', breaks: 'OneHolder' },
      { fault: 'settled without a condition', breaks: 'OneHolder' },
      { fault: 'noted without a condition', breaks: 'OneJob' },
      { fault: 'a dead holder keeps its turn', breaks: LIVENESS },
    ],
  },
  {
    module: 'Waves',
    config: 'Waves',
    what: 'the waves of a job with two chunks, and its cancellation',
    planted: [
      { fault: 'a wave without progress goes on', breaks: LIVENESS },
      { fault: 'a job ends without a condition', breaks: 'StaysFinal' },
    ],
  },
  {
    module: 'Waves',
    config: 'Pages',
    what: 'the calls for one chunk of three pages, with one that outlives its time',
    planted: [
      { fault: 'a fetcher never asks whether the job is wanted', breaks: 'OnePageInHand' },
      { fault: 'a page is counted twice', breaks: 'NoRowTwice' },
    ],
  },
];
