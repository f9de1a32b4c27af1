import type { Host, Venue } from '../../core/series/venue.ts';
import { judgeRest } from '../rest/judge.ts';

export const defillamaHost = {
  env: 'GORDON_DEFILLAMA_URL',
  url: 'https://stablecoins.llama.fi',
} as const satisfies Host;

/** Keyless; no limit is published, and a 429 is waited out. */
export const defillama: Venue = {
  id: 'defillama',
  judge: (answer) => judgeRest(answer, defillamaHost),
};
