import { type PlanPorts, planWave } from '../core/jobs/plan-wave.ts';
import { PlanWaveInput, PlanWaveOutput } from '../core/workflow/contracts.ts';
import { servicesFromEnv } from '../runtime/services.ts';
import { stateHandler } from '../runtime/state-handler.ts';

export const createHandler = stateHandler(
  { input: PlanWaveInput, output: PlanWaveOutput },
  async (input, ports: PlanPorts, log) => {
    const result = await planWave(ports, input);
    log.info('planned', {
      next: result.next,
      chunks: result.chunks.length,
      missingMs: result.previousMissing,
    });
    return result;
  },
);

export const handler = createHandler(servicesFromEnv);
