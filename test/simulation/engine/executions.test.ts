import { describe } from 'vitest';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { createRandom } from '../../../simulation/engine/random.ts';
import { Scheduler } from '../../../simulation/engine/scheduler.ts';
import { Trace } from '../../../simulation/engine/trace.ts';
import { StateError } from '../../../simulation/machine/interpret.ts';
import { Executions } from '../../../simulation/world/executions.ts';
import type { Functions } from '../../../simulation/world/functions.ts';
import { PortFaults } from '../../../simulation/world/port-faults.ts';
import { portsOf, type Shared } from '../../../simulation/world/ports.ts';
import { describeWorkflow, heldFunctions } from '../../conformance/workflow.ts';

describe('in virtual time', () =>
  describeWorkflow(async () => {
    const { calls, call, goOn } = heldFunctions();
    const scheduler = new Scheduler({ start: 0, random: createRandom(1), trace: new Trace() });
    const functions: Pick<Functions, 'invoke' | 'send'> = {
      invoke: (handler, event) => call(handler, (event as { jobId?: string }).jobId),
      send: async () => {},
    };
    const nothing = () => undefined;
    const executions = new Executions({
      scheduler,
      functions: functions as Functions,
      definition: nothing,
      reached: nothing,
      invokes: nothing,
      ended: nothing,
    });
    const faults = new PortFaults(nothing);
    faults.scheduler = scheduler;
    // What executions need of all that processes share.
    const shared = { scheduler, faults, executions, venue: {} } as unknown as Shared;
    const settle = () => scheduler.run(scheduler.now() + MINUTE);
    return {
      async act(send) {
        const { ended } = scheduler.spawn('a function', (process) =>
          send(portsOf(shared, process, { adopt: (error) => error }).workflow),
        );
        await settle();
        return ended;
      },
      async goOn(failing) {
        goOn(failing && new StateError(failing.name, failing.message));
        await settle();
      },
      stop: async (jobId) => void executions.stop(jobId),
      calls,
      now: scheduler.now,
      [Symbol.asyncDispose]: async () => goOn(),
    };
  }));
