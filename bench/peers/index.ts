import { bulkDownloader, syncer } from './archive-tools.ts';
import { ccxtLoop } from './ccxt-loop.ts';
import { freqtrade } from './freqtrade.ts';
import { parallelCopy } from './parallel-copy.ts';
import type { Peer } from './peer.ts';
import { rawCopy } from './raw-copy.ts';
import { shellPipeline } from './shell-pipeline.ts';

/** In the order in which they are shown: those that only write, those that only fetch, those that do both. */
export const peers: readonly Peer[] = [
  rawCopy,
  parallelCopy,
  bulkDownloader,
  syncer,
  freqtrade,
  shellPipeline,
  ccxtLoop,
];
