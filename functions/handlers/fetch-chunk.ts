import { FetchChunkInput, FetchChunkOutput } from '../core/contracts.ts';
import { fetchChunk } from '../core/run/fetch-chunk.ts';
import { count } from '../runtime/observe.ts';
import { servicesFromEnv } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: FetchChunkInput, output: FetchChunkOutput },
  async (input, services, log) => {
    const result = await fetchChunk(services, input);
    log.info('fetched', { ...result });
    count('ChunkCall', 1, { source: input.chunk.source, outcome: result.outcome });
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
