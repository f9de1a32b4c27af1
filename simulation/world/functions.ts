import { functions } from '../../functions/manifest.ts';
import { NOTHING, type Process, type Scheduler } from '../engine/scheduler.ts';
import { StateError } from '../machine/interpret.ts';
import type { Bundle, Ports } from './handlers.ts';

/** What becomes of some invocations. */
export interface InvocationFault {
  readonly kind: string;
  /** absent: of any function */
  readonly of?: string;
  /**
   * `twice`: delivered twice at about the same time; `lost`: it runs, and the invoker sees a failure; `refused`: it does
   * not run; `late`: it begins this many ms later; `deploy`: the other version runs from this invocation on, while those that are
   * at work go on with theirs
   */
  readonly effect: 'twice' | 'lost' | 'refused' | 'late' | 'deploy';
  readonly ms: number;
  readonly skip: number;
  readonly times: number;
}

interface Armed {
  readonly fault: InvocationFault;
  passed: number;
  left: number;
}

export interface FunctionsOptions {
  readonly scheduler: Scheduler;
  /** the version that is deployed now */
  readonly bundle: () => Bundle;
  readonly ports: (process: Process, bundle: Bundle) => Ports;
  /** notes what a call came to, such as `fetch-chunk: done` */
  readonly reached: (what: string) => void;
  readonly struck: (kind: string) => void;
  /** puts the other version in the place of the one that is deployed */
  readonly deploy: () => void;
  /** whether nothing runs at all */
  readonly isOff: () => boolean;
  /** an error that no function may throw, whatever the world does to it */
  readonly problem: (what: string) => void;
}

const TIMEOUTS = new Map(functions.map(({ handler, timeoutSeconds }) => [handler, timeoutSeconds * 1_000]));
const API_TIMEOUT = 29_000;
/** What an invocation meets while the host is off. */
export const OFF = 'Lambda.ServiceException';

/** Lambda: invocations on behalf of the state machine, of schedules and of operators. */
export class Functions {
  readonly #options: FunctionsOptions;
  #armed: Armed[] = [];

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  arm(fault: InvocationFault): void {
    this.#armed.push({ fault, passed: 0, left: fault.times });
  }

  calm(): void {
    this.#armed = [];
  }

  /** Waits for the answer. @throws StateError */
  async invoke(handler: string, event: unknown): Promise<unknown> {
    if (this.#options.isOff()) throw new StateError(OFF, 'the host is off');
    const fault = this.#next(handler);
    if (fault?.effect === 'refused')
      throw new StateError('Lambda.TooManyRequestsException', 'Rate Exceeded.');
    if (fault?.effect === 'deploy') this.#options.deploy();
    if (fault?.effect === 'late') await this.#pause(fault.ms);
    const answer = this.#run(handler, event);
    if (fault?.effect === 'lost') {
      answer.catch(() => undefined);
      await this.#pause(fault.ms % 2_000);
      throw new StateError('Lambda.SdkClientException', 'the connection was cut');
    }
    if (fault?.effect !== 'twice') return answer;
    const second = this.#run(handler, event);
    second.catch(() => undefined);
    // Either answer may be the one that arrives.
    return fault.ms % 2 === 0 ? answer : answer.then(() => second);
  }

  /** As EventBridge invokes: at least once, and twice more after an error. */
  async send(handler: string, event: unknown): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.invoke(handler, event);
        return;
      } catch (error) {
        if (tries === 3) {
          this.#options.reached(`${handler}: given up`);
          return;
        }
        if (!(error instanceof StateError)) throw error;
        await this.#pause(tries * 60_000);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.scheduler.at(this.#options.scheduler.now() + ms, resolve));
  }

  #next(handler: string): InvocationFault | undefined {
    for (const armed of this.#armed) {
      if (armed.fault.of !== undefined && armed.fault.of !== handler) continue;
      armed.passed += 1;
      if (armed.passed <= armed.fault.skip) continue;
      armed.left -= 1;
      if (armed.left === 0) this.#armed = this.#armed.filter((one) => one !== armed);
      this.#options.struck(armed.fault.kind);
      return armed.fault;
    }
    return undefined;
  }

  async #run(handler: string, event: unknown): Promise<unknown> {
    const { scheduler, ports, reached, problem } = this.#options;
    const bundle = this.#options.bundle();
    const work = bundle.handlers[handler];
    if (!work) throw new Error(`there is no function ${handler}`);
    const { process, ended } = scheduler.spawn(handler, (self) => work(ports(self, bundle), event as never));
    let isOver = false;
    scheduler.at(scheduler.now() + (TIMEOUTS.get(handler) ?? API_TIMEOUT), () => {
      if (isOver) return NOTHING;
      return scheduler.kill(process, new StateError('Sandbox.Timedout', 'Task timed out'));
    });
    try {
      const answer = await ended;
      reached(`${handler}: ${outcomeOf(answer)}`);
      return answer;
    } catch (error) {
      if (error instanceof StateError) {
        reached(`${handler}: ${error.name}`);
        throw error;
      }
      const { name, message } = bundle.coded(error);
      const [, code = ''] = /^\[([a-z0-9-]+)\]/.exec(message) ?? [];
      reached(`${handler}: ${name} ${code}`);
      if (OURS.has(code) && name !== 'BudgetExhausted')
        problem(
          `${process.name} failed: ${name} ${message}${(error as Error).stack ? `\n${(error as Error).stack}` : ''}`,
        );
      throw new StateError(name, JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
    } finally {
      isOver = true;
    }
  }
}

/** Codes that mean a fault of the program. */
const OURS = new Set([
  'unexpected',
  'contract-broken',
  'broken-invariant',
  'overclaimed-span',
  'unfit-value',
  'unfit-batch',
  'database-refused',
  'request-too-heavy',
]);

function outcomeOf(answer: unknown): string {
  const { outcome, next, status, verdict } = (answer ?? {}) as Record<string, string | undefined>;
  return outcome ?? next ?? status ?? verdict ?? 'ok';
}
