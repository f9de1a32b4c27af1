import { PlanWaveInput, PlanWaveOutput } from '../core/contracts.ts';
import { planWave } from '../core/run/plan-wave.ts';
import { servicesFromEnv } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: PlanWaveInput, output: PlanWaveOutput },
  async (input, services, log) => {
    const result = await planWave(services, input);
    log.info('planned', {
      next: result.next,
      chunks: result.chunks.length,
      missingMs: result.previousMissing,
    });
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
