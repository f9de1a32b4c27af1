import type { Host, Venue } from '../../core/series/venue.ts';
import { judgeRest } from '../rest/judge.ts';

export const defillamaHost = {
  env: 'GORDON_DEFILLAMA_URL',
  url: 'https://stablecoins.llama.fi',
} as const satisfies Host;

/** No key. No limit is published; after a 429 the client waits. */
export const defillama: Venue = {
  id: 'defillama',
  judge: (answer) => judgeRest(answer, defillamaHost),
};
