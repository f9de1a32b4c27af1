import { recordChunkFailure } from '../core/jobs/record-chunk-failure.ts';
import { RecordChunkFailureInput, RecordChunkFailureOutput } from '../core/workflow/contracts.ts';
import { servicesFromEnv, type Uses } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: RecordChunkFailureInput, output: RecordChunkFailureOutput },
  async (input, ports: Uses<'jobs' | 'store'>, log) => {
    const result = await recordChunkFailure(ports, input);
    log.info('chunk given up', { ...result });
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
