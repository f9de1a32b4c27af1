import { type FetchPorts, fetchChunk } from '../core/jobs/fetch-chunk.ts';
import { FetchChunkInput, FetchChunkOutput } from '../core/workflow/contracts.ts';
import { growHeapFreely } from '../runtime/grow-heap.ts';
import { servicesFromEnv } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: FetchChunkInput, output: FetchChunkOutput },
  async (input, ports: FetchPorts, log) => {
    const result = await fetchChunk(ports, input);
    log.info('fetched', { ...result });
    return result;
  },
);

/** On Lambda alone: a host makes its handler by `createHandler`. */
export const handler = createHandler(() => {
  growHeapFreely();
  return servicesFromEnv();
});
